/** What stored answers say about how far each detector's boxes are off. Nothing is changed. */
import { Effect, Stream } from "effect"
import * as Derive from "../../domain/Derive.ts"
import type { Detection } from "../../domain/Detection.ts"
import * as Alignment from "../../domain/harmonization/Alignment.ts"
import { defaultStrategy } from "../../domain/harmonization/Strategies.ts"
import type { ServiceId } from "../../domain/Identifiers.ts"
import * as ServiceCatalog from "../../domain/ServiceCatalog.ts"
import { Archive } from "../../services/Archive.ts"
import { Catalog } from "../../services/Catalog.ts"
import type { ImageRecord } from "../../services/ResultStore.ts"

/** A detector that could be aligned. */
export interface Aligned extends Alignment.Proposal {
  readonly service: ServiceId
  /** What stands in the configuration now. */
  readonly current: Alignment.Offsets | undefined
}

/** Objects of one detector that are enough; more change nothing. */
const mostObjects = 5000

/** Compares every other detector with the reference, on the objects they share. */
export const toReference = (reference: ServiceId) => proposals(reference, () => [])

/** Compares every detector with what people drew on pictures, by their file names. */
export const toTruth = (truth: ReadonlyMap<string, ReadonlyArray<Detection>>, people: ServiceId) =>
  proposals(people, ({ reference }) => truth.get(reference.filename) ?? [])

const proposals = (reference: ServiceId, drawn: (record: ImageRecord) => ReadonlyArray<Detection>) =>
  Effect.gen(function* () {
    const archive = yield* Archive
    const catalog = yield* Catalog
    const detectors = ServiceCatalog.ofKind(catalog, "spatial").filter(({ id }) => id !== reference)
    const pairs = new Map(detectors.map(({ id }) => [id, [] as Array<Alignment.Pair>]))
    yield* Stream.runForEach(archive.records({}), (record) =>
      Effect.sync(() => {
        const all = [...detectionsOf(record, catalog), ...drawn(record)]
        for (const [service, known] of pairs) addPairs(known, all, service, reference)
      })
    )
    return detectors.map(({ align, id }): Aligned => ({
      service: id,
      current: align,
      ...Alignment.propose(pairs.get(id)!)
    }))
  })

/** A detector whose boxes, moved as the configuration says, lie off those of every other one. */
export interface Deviating {
  readonly service: ServiceId
  readonly offsets: Alignment.Offsets
}

/** Images that are enough to see whether boxes are off. */
const mostImages = 500

/** The detectors whose boxes are off, by the newest answers. */
export const deviating = Effect.gen(function* () {
  const archive = yield* Archive
  const catalog = yield* Catalog
  const detectors = ServiceCatalog.ofKind(catalog, "spatial")
  const pairs = detectors.map(() => detectors.map(() => [] as Array<Alignment.Pair>))
  yield* archive.records({}).pipe(
    Stream.take(mostImages),
    Stream.runForEach((record) =>
      Effect.sync(() => {
        const moved = detectionsOf(record, catalog).map((detection) => {
          const { align = {} } = ServiceCatalog.get(catalog, detection.service)
          return { ...detection, box: Alignment.move(detection.box, align) }
        })
        for (const [i, { id: service }] of detectors.entries()) {
          for (const [j, { id: other }] of detectors.entries()) {
            if (i !== j) addPairs(pairs[i]![j]!, moved, service, other)
          }
        }
      })
    )
  )
  return detectors.flatMap(({ id }, i): ReadonlyArray<Deviating> => {
    const offsets = Alignment.deviation(pairs[i]!)
    return Object.keys(offsets).length === 0 ? [] : [{ service: id, offsets }]
  })
})

const detectionsOf = ({ facts }: ImageRecord, catalog: ServiceCatalog.ServiceCatalog): ReadonlyArray<Detection> =>
  Derive.harmonizationInput(Derive.observe(facts, catalog)).detections

/** Adds the objects of an image that two services share, by what they drew and nothing else. */
const addPairs = (
  known: Array<Alignment.Pair>,
  all: ReadonlyArray<Detection>,
  service: ServiceId,
  reference: ServiceId
): void => {
  if (known.length >= mostObjects) return
  const detections = all.filter((detection) => detection.service === service || detection.service === reference)
  const { boxes } = defaultStrategy.harmonize({ detections, reporters: [] })
  for (const pair of Alignment.pairsOf(boxes, service, reference)) known.push(pair)
}
