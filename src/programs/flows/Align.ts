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
        const input = Derive.harmonizationInput(Derive.observe(record.facts, catalog))
        const all = [...input.detections, ...drawn(record)]
        const others = all.filter(({ service }) => service === reference)
        if (others.length === 0) return
        for (const [service, known] of pairs) {
          if (known.length >= mostObjects) continue
          const own = input.detections.filter((detection) => detection.service === service)
          const { boxes } = defaultStrategy.harmonize({ detections: [...own, ...others], reporters: [] })
          for (const pair of Alignment.pairsOf(boxes, service, reference)) known.push(pair)
        }
      })
    )
    return detectors.map(({ align, id }): Aligned => ({
      service: id,
      current: align,
      ...Alignment.propose(pairs.get(id)!)
    }))
  })
