/**
 * What a result store promises, in the memory of this process: for simulations and for tests of whoever uses a store.
 *
 * A method happens at one instant, so it is a transaction of its own.
 */
import { Brand, Clock, Context, Duration, Effect, Layer, Option, Result, Schema } from "effect"
import * as NodeUtil from "node:util"
import { Consensus } from "../../src/domain/Consensus.ts"
import { type CropResult, type ImageFacts, Outcome, type ServiceResult } from "../../src/domain/Facts.ts"
import type { ImageId, ServiceId } from "../../src/domain/Identifiers.ts"
import {
  ImageReference,
  isAnother,
  pathOf,
  placeOf,
  type PictureVersion,
  type SeenPicture
} from "../../src/domain/ImageReference.ts"
import * as MergedBox from "../../src/domain/MergedBox.ts"
import { type Algorithms, type Derivation, isOthers, revision, type Stage, stages } from "../../src/domain/Staleness.ts"
import { type Counts, Progress } from "../../src/services/Progress.ts"
import {
  type CropRecord,
  type Derived,
  type ImageRequest,
  type ResultRecord,
  ResultStore,
  ResultStoreError,
  type Scope,
  StoreRejected,
  type SubmittedImage
} from "../../src/services/ResultStore.ts"

/** What operations do to all images. Each says to how many. */
export class Deeds extends Context.Service<
  Deeds,
  {
    /** What is derived counts as another algorithm's. */
    readonly recompute: () => number
    /** What the service owes is owed no more. */
    readonly withdraw: (service: ServiceId) => number
  }
>()("windmill/test/MemoryResultStore/Deeds") {}

/** Everything about one image. Crops are named by service and box. */
interface Image {
  readonly imageId: ImageId
  reference: ImageReference
  readonly traceParent: Option.Option<string>
  readonly requested: Set<ServiceId>
  readonly results: Map<ServiceId, ServiceResult>
  readonly crops: Map<string, CropResult>
  readonly derived: Map<Stage, Derivation>
  /** The derivations that could not be made. */
  readonly aside: Map<Stage, Derivation>
  revision: number
  /** When something was last heard about it, in milliseconds. */
  heard: number
  picture: PictureVersion | undefined
  /** As `merged_data`. */
  boxes: ReadonlyArray<MergedBox.MergedBoxData>
  /** As JSON. */
  consensus: unknown
}

/** A store without images. */
export const make = (): ResultStore["Service"] & { readonly deeds: typeof Deeds.Service } & Pick<
    Progress["Service"],
    "counts"
  > => {
  const images = new Map<ImageId, Image>()
  const places = new Map<string, Image>()
  let lastImageId = 0
  let lastResultId = 0

  const among = (scope: Scope): ReadonlyArray<Image> =>
    scope._tag === "All" ? [...images.values()] : known([...new Set(scope.ids)].sort((a, b) => a - b))
  const known = (ids: ReadonlyArray<ImageId>) => ids.flatMap((id) => images.get(id) ?? [])

  const add = ({ reference, traceParent }: ImageRequest, now: number): Image => {
    const image: Image = {
      imageId: Brand.nominal<ImageId>()(++lastImageId),
      reference: Schema.decodeUnknownSync(ImageReference)(held(reference)),
      traceParent: Option.fromUndefinedOr(traceParent),
      requested: new Set(),
      results: new Map(),
      crops: new Map(),
      derived: new Map(),
      aside: new Map(),
      revision: 0,
      heard: now,
      picture: undefined,
      boxes: [],
      consensus: undefined
    }
    images.set(image.imageId, image)
    places.set(keyOf(reference), image)
    return image
  }

  const submit = (requests: ReadonlyArray<ImageRequest>, now: number) => {
    const fresh = new Set<Image>()
    const submitted = new Set<Image>()
    for (const request of requests) {
      const before = places.get(keyOf(request.reference))
      const image = before ?? add(request, now)
      if (before === undefined) fresh.add(image)
      const { url } = request.reference
      const isSigned = pathOf(request.reference) === undefined && placeOf(request.reference) !== url
      if (isSigned) image.reference = { ...image.reference, url: url! }
      for (const service of request.services) image.requested.add(service)
      submitted.add(image)
    }
    return [...submitted].map((image) => submittedImage(image, fresh.has(image)))
  }

  const record = (records: ReadonlyArray<ResultRecord>, now: number) => {
    const unknown = records.find(({ imageId }) => !images.has(imageId))
    if (unknown !== undefined) throw new Error(`There is no image ${unknown.imageId}`)
    const outcomes = records.map(({ outcome }) => heldOutcome(outcome))
    const fresh = new Set(records.map(({ imageId }) => imageId).filter((id) => images.get(id)!.revision === 0))
    const recorded = records.filter(({ imageId, service }, i) => {
      const image = images.get(imageId)!
      if (image.results.has(service)) return false
      image.results.set(service, { resultId: ++lastResultId, service, outcome: outcomes[i]! })
      image.heard = now
      image.revision++
      return true
    })
    for (const { imageId, picture } of recorded) {
      const image = images.get(imageId)!
      if (picture === undefined) continue
      if (fresh.has(imageId)) image.picture ??= picture.version
      see(imageId, picture)
    }
    return recorded
  }

  const see = (imageId: ImageId, seen: SeenPicture): boolean => {
    const image = images.get(imageId)
    if (image === undefined) return false
    const isOther = isAnother({ version: image.picture, hasFacts: image.revision > 0 }, seen)
    image.picture = seen.version
    if (!isOther) return false
    const forgotten = image.results.size + image.crops.size
    image.results.clear()
    image.crops.clear()
    image.boxes = []
    image.consensus = undefined
    image.revision += forgotten
    return forgotten > 0
  }

  const recordCrops = (records: ReadonlyArray<CropRecord>) => {
    const outcomes = records.map(({ outcome }) => heldOutcome(outcome))
    return records.filter(({ boxId, imageId, region, service }, i) => {
      const image = images.get(imageId)
      const name = cropName({ boxId, service })
      if (image === undefined || image.crops.has(name) || !image.boxes.some((box) => box.cluster_id === boxId)) {
        return false
      }
      image.crops.set(name, { boxId, service, region, outcome: outcomes[i]! })
      image.revision++
      return true
    })
  }

  /** Stores what is not too late; returns the images for which `store` says that something changed. */
  const save = <A>(
    stage: Stage,
    derived: ReadonlyArray<Derived<A>>,
    store: (image: Image, value: A, algorithm: string) => boolean
  ) => {
    const changed = new Set<ImageId>()
    for (const { derivation, imageId, value } of derived.toSorted((a, b) => a.imageId - b.imageId)) {
      const image = images.get(imageId)
      if (image === undefined || !isOutdated(image.derived.get(stage), derivation)) continue
      image.derived.set(stage, derivation)
      if (store(image, value, derivation.algorithm)) changed.add(imageId)
    }
    return [...changed]
  }

  const setAside = (stage: Stage, reasons: ReadonlyArray<Derived<string>>) => {
    for (const { derivation, imageId } of reasons) {
      const image = images.get(imageId)
      if (image === undefined || !isOutdated(image.derived.get(stage), derivation)) continue
      image.derived.set(stage, derivation)
      image.aside.set(stage, derivation)
    }
  }

  const forget = ({ scope, steps, which }: Parameters<ResultStore["Service"]["forget"]>[0]) => {
    let forgotten = 0
    for (const image of among(scope)) {
      for (const facts of [image.results, image.crops] as ReadonlyArray<Map<string, ServiceResult | CropResult>>) {
        for (const [name, { outcome, service }] of facts) {
          if ((which === "failed" && outcome._tag === "Success") || steps?.includes(service) === false) continue
          facts.delete(name)
          image.revision++
          forgotten++
        }
      }
      for (const [stage, derivation] of image.aside) {
        if (image.derived.get(stage) !== derivation || steps?.includes(stage) === false) continue
        image.aside.delete(stage)
        image.revision++
        forgotten++
      }
    }
    return forgotten
  }

  const deeds = {
    recompute: () => {
      const derived = [...images.values()].filter((image) => image.derived.size > 0)
      for (const image of derived) {
        for (const [stage, derivation] of image.derived)
          image.derived.set(stage, { ...derivation, algorithm: "again@1" })
      }
      return derived.length
    },
    withdraw: (service: ServiceId) => {
      const owing = [...images.values()].filter((image) => owedBy(image).includes(service))
      for (const { requested } of owing) requested.delete(service)
      return owing.length
    }
  }

  return {
    deeds,
    submit: (requests) => Effect.map(Clock.currentTimeMillis, (now) => submit(requests, now)),
    record: (records) => Effect.flatMap(Clock.currentTimeMillis, (now) => method(() => record(records, now))),
    recordCrops: (records) => method(() => recordCrops(records)),
    facts: (ids, staleFor) =>
      Effect.sync(() =>
        among({ _tag: "Images", ids })
          .filter(
            (image) =>
              staleFor === undefined ||
              stages.some((stage) => {
                const algorithm = staleFor[stage]
                return algorithm !== undefined && isStale(image, stage, algorithm, staleFor.services)
              })
          )
          .map(factsOf)
      ),
    isOwed: (imageId, service) =>
      Effect.sync(() => {
        const image = images.get(imageId)
        return image !== undefined && owedBy(image).includes(service)
      }),
    save: ({ boxes = [], consensus = [], enrichment = [] }) =>
      method(() => {
        save("enrich", enrichment, () => false)
        return {
          boxes: save("harmonize", boxes, storeBoxes),
          consensus: save("consensus", consensus, storeConsensus)
        }
      }),
    setAside: (stage, reasons) => Effect.sync(() => setAside(stage, reasons)),
    boxes: (imageId) =>
      Effect.sync(() => {
        const image = images.get(imageId)
        const derivation = image?.derived.get("harmonize")
        if (image === undefined || derivation === undefined) return Option.none()
        return Option.some({ imageId, derivation, value: boxesOf(image) })
      }),
    croppable: (imageId, { enrich, services }) =>
      Effect.sync(() => {
        const image = images.get(imageId)
        const derivation = image?.derived.get("harmonize")
        if (image === undefined || derivation === undefined || !isStale(image, "enrich", enrich, services))
          return Option.none()
        const { picture, reference } = image
        const crops = [...image.crops.values()]
        return Option.some({ reference, picture, crops, boxes: { imageId, derivation, value: boxesOf(image) } })
      }),
    stale: (stage, { after = 0, algorithm, by = "all", limit, services }) =>
      Effect.sync(() =>
        [...images.values()]
          .filter(
            (image) =>
              image.imageId > after &&
              (by === "algorithm"
                ? isByOthers(image, stage, algorithm, services)
                : isStale(image, stage, algorithm, services))
          )
          .slice(0, limit)
          .map(({ imageId, traceParent }) => ({ imageId, traceParent }))
      ),
    owed: ({ after = 0, limit, scope }) =>
      Effect.sync(() =>
        among(scope)
          .filter((image) => image.imageId > after && owedBy(image).length > 0)
          .slice(0, limit)
          .map((image) => submittedImage(image, false))
      ),
    outstanding: (imageId) =>
      Effect.map(Clock.currentTimeMillis, (now) =>
        Option.map(Option.fromUndefinedOr(images.get(imageId)), (image) => ({
          services: submittedImage(image, false).owed,
          quietFor: Duration.millis(now - image.heard)
        }))
      ),
    see: (imageId, picture) => Effect.sync(() => see(imageId, picture)),
    forget: (options) => Effect.sync(() => forget(options)),
    request: (ids, services) =>
      Effect.sync(() =>
        known(ids)
          .filter(({ requested }) => services.some((service) => !requested.has(service)))
          .map(({ imageId, requested }) => {
            for (const service of services) requested.add(service)
            return imageId
          })
      ),
    // Nothing that this store answers tells the group.
    assign: (ids) => Effect.sync(() => new Set(ids.filter((id) => images.has(id))).size),
    remove: (id) =>
      Effect.sync(() => {
        const image = images.get(id)
        if (image === undefined) return Option.none()
        images.delete(id)
        places.delete(keyOf(image.reference))
        return Option.some(image.reference)
      }),
    counts: (scope, algorithms) => Effect.sync(() => progressOf(among(scope), algorithms)),
    unfinished: (algorithms) =>
      Effect.sync(() => ({
        stages: new Set(
          stages.filter((stage) =>
            [...images.values()].some((image) => isStale(image, stage, algorithms[stage], algorithms.services))
          )
        ),
        lacksAnswers: [...images.values()].some((image) => owedBy(image).length > 0),
        newest: Option.fromUndefinedOr([...images.keys()].toSorted((a, b) => b - a)[0])
      })),
    reference: (imageId) =>
      Effect.sync(() => Option.map(Option.fromUndefinedOr(images.get(imageId)), ({ reference }) => reference)),
    records: (ids) =>
      Effect.sync(() =>
        among({ _tag: "Images", ids }).map((image) => ({
          imageId: image.imageId,
          reference: image.reference,
          facts: factsOf(image),
          corrections: [],
          boxes: boxesOf(image),
          consensus: Option.map(Option.fromUndefinedOr(image.consensus), Schema.decodeUnknownSync(Consensus))
        }))
      )
  }
}

/** The store, and how far its images are. */
export const layer: Layer.Layer<ResultStore | Progress | Deeds> = Layer.unwrap(
  Effect.sync(() => {
    const store = make()
    return Layer.mergeAll(
      Layer.succeed(ResultStore, store),
      Layer.succeed(Deeds, store.deeds),
      Layer.mock(Progress, { counts: store.counts })
    )
  })
)

/** Does it, or rejects it for what is wrong with the values. */
const method = <A>(work: () => A) =>
  Effect.try({ try: work, catch: (cause) => new ResultStoreError({ reason: new StoreRejected({ cause }) }) })

const keyOf = (reference: ImageReference): string =>
  `${pathOf(reference) === undefined ? "url" : "path"} ${placeOf(reference)}`

/** The value as JSON holds it, with U+FFFD for what no text of a database holds. Throws when it is nested too deeply. */
const held = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, part: unknown) => {
    if (typeof part === "string") return holdable(part)
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [holdable(key), value]))
  })

const holdable = (text: string): string => text.replace(/[\0\p{Surrogate}]/gu, "\uFFFD")

/** A failure without a reply has none, not null. */
const heldOutcome = (outcome: Outcome): Outcome => {
  const { data, ...rest } = Schema.decodeUnknownSync(Outcome)(held(outcome))
  return (rest._tag === "Failure" && data === null) || data === undefined ? (rest as Outcome) : { ...rest, data }
}

const cropName = ({ boxId, service }: Pick<CropResult, "boxId" | "service">): string => `${service} ${boxId}`

const isOutdated = (stored: Derivation | undefined, next: Derivation): boolean =>
  stored === undefined ||
  stored.revision < next.revision ||
  (stored.revision === next.revision && stored.algorithm !== next.algorithm)

const isBehind = (image: Image, stage: Stage): boolean => (image.derived.get(stage)?.revision ?? 0) < image.revision

const isStale = (image: Image, stage: Stage, algorithm: string, services?: ReadonlyArray<ServiceId>): boolean =>
  isBehind(image, stage) || isByOthers(image, stage, algorithm, services)

const isByOthers = (image: Image, stage: Stage, algorithm: string, services?: ReadonlyArray<ServiceId>): boolean =>
  isOthers(image.derived.get(stage)?.algorithm ?? algorithm, algorithm, services)

/** Replaces the boxes; those that are gone take their crops with them. A name can be there once. */
const storeBoxes = (image: Image, boxes: ReadonlyArray<MergedBox.MergedBox>, algorithm: string): boolean => {
  const before = image.boxes
  image.boxes = [...new Map(boxes.map((box) => [box.id, box])).values()].map((box) =>
    MergedBox.toData(box, {
      algorithm,
      resultIds: box.services.flatMap((service) => image.results.get(service)?.resultId ?? [])
    })
  )
  const ids = new Set<string>(image.boxes.map(({ cluster_id }) => cluster_id))
  for (const [name, { boxId }] of image.crops) if (!ids.has(boxId)) image.crops.delete(name)
  return !NodeUtil.isDeepStrictEqual(held(before), held(image.boxes))
}

const storeConsensus = (image: Image, consensus: Consensus): boolean => {
  const before = image.consensus
  image.consensus = held(Schema.encodeSync(Consensus)(consensus))
  return !NodeUtil.isDeepStrictEqual(before, image.consensus)
}

const boxesOf = (image: Image): ReadonlyArray<MergedBox.MergedBox> =>
  image.boxes.map((data) => Result.getOrThrow(MergedBox.fromData(held(data))))

const factsOf = (image: Image): ImageFacts => ({
  imageId: image.imageId,
  revision: revision(image.revision),
  requested: [...image.requested].sort(),
  results: [...image.results.values()].sort((a, b) => (a.service < b.service ? -1 : 1)),
  crops: [...image.crops.values()].sort((a, b) =>
    a.boxId === b.boxId ? (a.service < b.service ? -1 : 1) : a.boxId < b.boxId ? -1 : 1
  )
})

const owedBy = (image: Image): ReadonlyArray<ServiceId> =>
  [...image.requested].filter((service) => !image.results.has(service)).sort()

const submittedImage = (image: Image, isNew: boolean): SubmittedImage => ({
  imageId: image.imageId,
  reference: image.reference,
  owed: owedBy(image),
  isNew,
  traceParent: image.traceParent
})

const progressOf = (images: ReadonlyArray<Image>, algorithms?: Algorithms): Counts => {
  const failedCrops = images.flatMap(({ crops }) =>
    [...crops.values()].flatMap(({ outcome, service }) => (outcome._tag === "Failure" ? [service] : []))
  )
  const services = new Set([
    ...images.flatMap(({ requested, results }) => [...requested, ...results.keys()]),
    ...failedCrops
  ])
  const count = (holds: (image: Image) => boolean) => images.filter(holds).length
  const isDue = (image: Image, stage: Stage) =>
    algorithms === undefined ? isBehind(image, stage) : isStale(image, stage, algorithms[stage], algorithms.services)
  const due = (stage: Stage) => count((image) => isDue(image, stage))
  const answered = (service: ServiceId, tag: Outcome["_tag"]) =>
    count(({ results }) => results.get(service)?.outcome._tag === tag)
  return {
    images: images.length,
    answered: count(({ revision }) => revision > 0),
    done: count((image) => owedBy(image).length === 0 && stages.every((stage) => !isDue(image, stage))),
    services: [...services].sort().map((service) => ({
      service,
      requested: count(({ requested }) => requested.has(service)),
      succeeded: answered(service, "Success"),
      failed: answered(service, "Failure"),
      failedCrops: failedCrops.filter((each) => each === service).length
    })),
    stale: { harmonize: due("harmonize"), consensus: due("consensus"), enrich: due("enrich") },
    boxes: images.reduce((sum, { boxes }) => sum + boxes.length, 0),
    crops: images.reduce((sum, { crops }) => sum + crops.size, 0)
  }
}
