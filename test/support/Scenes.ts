/**
 * Detections of one picture, built by hand and generated.
 *
 * Generated scenes are made of what harmonizing is hard on: several sightings of one object, crowds and chains of
 * overlapping objects, objects inside objects, equal boxes and equal confidences, services that see nothing. All
 * coordinates are small integers, so that equal overlaps are exactly equal and moving or doubling a scene is exact.
 */
import { Brand, Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import { type BoundingBox, imageBox } from "../../src/domain/BoundingBox.ts"
import type { Detection } from "../../src/domain/Detection.ts"
import type { HarmonizationInput, Reporter } from "../../src/domain/Harmonization.ts"
import type { Concept, ServiceId } from "../../src/domain/Identifiers.ts"

export const serviceId = Brand.nominal<ServiceId>()
export const concept = Brand.nominal<Concept>()

/** `x, y, width, height` in pixels. */
export type Edges = readonly [number, number, number, number]

/** What one service sees where, how surely, and as what. */
export type Sighting = readonly [service: string, box: Edges, confidence: number, label?: string, concept?: string]

export const box = ([x, y, width, height]: Edges): BoundingBox => ({ x, y, width, height })

/** The sightings in reply order; everybody who sees something has reported, and `silent` services have too. */
export const scene = (sightings: ReadonlyArray<Sighting>, silent: ReadonlyArray<string> = []): HarmonizationInput => {
  const detections = numbered(
    sightings.map(([service, edges, confidence, label = "person", name = label]) => ({
      service: serviceId(service),
      index: 0,
      concept: concept(name),
      label,
      box: imageBox(box(edges)),
      confidence
    }))
  )
  const services = new Set([...sightings.map(([service]) => service), ...silent])
  return { detections, reporters: [...services].map((service) => ({ service: serviceId(service) })) }
}

/** The detections with `index` counting anew within each service. */
export const numbered = (detections: ReadonlyArray<Detection>): ReadonlyArray<Detection> => {
  const next = new Map<ServiceId, number>()
  return detections.map((detection) => {
    const index = next.get(detection.service) ?? 0
    next.set(detection.service, index + 1)
    return { ...detection, index }
  })
}

/** The scene with every detection changed. */
export const mapDetections = (
  scene: HarmonizationInput,
  change: (detection: Detection) => Detection
): HarmonizationInput => ({ ...scene, detections: scene.detections.map(change) })

/** The scene without what a service said. */
export const without = (scene: HarmonizationInput, service: ServiceId): HarmonizationInput => ({
  detections: scene.detections.filter((detection) => detection.service !== service),
  reporters: scene.reporters.filter((reporter) => reporter.service !== service)
})

/** A permutation that `seed` chooses. */
export const shuffled = <A>(items: ReadonlyArray<A>, seed: number): Array<A> => {
  const random = numbersFrom(seed)
  const rest = [...items]
  return items.map(() => rest.splice(Math.floor(random() * rest.length), 1)[0]!)
}

/** Numbers in `[0, 1)`, the same for the same seed (mulberry32). */
const numbersFrom = (seed: number) => {
  let state = seed
  return (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export const services = ["alpha", "beta", "delta", "gamma", "omega"].map((name) => serviceId(name))

const int = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

/** Chooses permutations. */
export const seed = int(0, 2 ** 31)

const confidence = Schema.Literals([0, 0.1, 0.3, 0.5, 0.5, 0.8, 0.9, 0.9, 1])

/** How one service sees one of a group's objects: shifted and stretched by tenths of its size, or exactly. */
const Sight = Schema.Struct({
  service: Schema.Literals([0, 0, 1, 1, 2, 2, 3, 4]),
  member: int(0, 3),
  shift: Schema.Tuple([int(-3, 3), int(-3, 3)]),
  stretch: Schema.Literals([0, 0, 0, 1, -1, 3]),
  exact: Schema.Boolean,
  confidence
})

/** Objects that belong together: apart from others, in a row, each a third further, or one inside the other. */
const Group = Schema.Struct({
  layout: Schema.Literals(["alone", "crowd", "chain", "nest"]),
  concept: Schema.Literals(["person", "person", "dog"]),
  place: Schema.Tuple([int(0, 12), int(0, 6)]),
  size: Schema.Literals([20, 30, 60, 60, 120]),
  sights: Schema.Array(Sight)
})

/** Where the member of a group is; all coordinates are multiples of its size's tenth. */
const objectOf = ({ layout, place: [column, row], size }: typeof Group.Type, member: number): Edges => {
  const [x, y] = [column * 30, row * 30]
  switch (layout) {
    case "alone":
      return [x, y, size, size]
    case "crowd":
      return [x + member * size * 0.4, y, size, size * 2]
    case "chain":
      return [x + member * Math.round(size / 3), y, size, size]
    case "nest":
      return [x + member * size * 0.1, y + member * size * 0.1, size * (1 - member * 0.2), size * (1 - member * 0.2)]
  }
}

const sightingsOf = (group: typeof Group.Type): ReadonlyArray<Sighting> =>
  group.sights.map(({ confidence, exact, member, service, shift, stretch }) => {
    const [x, y, width, height] = objectOf(group, member)
    const tenth = exact ? 0 : group.size / 10
    const edges: Edges = [
      Math.round(x + shift[0] * tenth),
      Math.round(y + shift[1] * tenth),
      Math.max(1, Math.round(width + stretch * tenth)),
      Math.max(1, Math.round(height - stretch * tenth))
    ]
    return [services[service]!, edges, confidence, group.concept]
  })

/** Any picture; `HarmonizationInput` with services that each can name anything. */
export const anyScene: Arbitrary.Arbitrary<HarmonizationInput> = Arbitrary.all([
  Arbitrary.array(Arbitrary.schema(Group), { maxLength: 5 }),
  Arbitrary.schema(int(0, 5))
]).pipe(
  Arbitrary.map(([groups, silent]) => scene(groups.flatMap(sightingsOf), services.slice(services.length - silent)))
)

/** A scene in which the services have trusts and vocabularies. */
export const anyPanel: Arbitrary.Arbitrary<HarmonizationInput> = Arbitrary.all([
  anyScene,
  Arbitrary.array(
    Arbitrary.schema(
      Schema.Struct({
        trust: Schema.Literals([0, 0.5, 0.9, 1]),
        names: Schema.Literals(["anything", "person", "dog", "nothing"])
      })
    ),
    { minLength: services.length, maxLength: services.length }
  )
]).pipe(
  Arbitrary.map(([scene, traits]) => ({
    ...scene,
    reporters: scene.reporters.map((reporter): Reporter => {
      const { names, trust } = traits[services.indexOf(reporter.service)]!
      return names === "anything"
        ? { ...reporter, trust }
        : { ...reporter, trust, vocabulary: new Set(names === "nothing" ? [] : [concept(names)]) }
    })
  }))
)

/** Shares whose products with small whole numbers are exact, so that moving and doubling an aligned scene is, too. */
const offset = Schema.Literals([0, 0, 0.0625, -0.0625, 0.125, -0.25, 0.375])

/** For each service, how far its edges are off. */
const anyOffsets = Arbitrary.array(
  Arbitrary.schema(Schema.Struct({ left: offset, top: offset, right: offset, bottom: offset })),
  { minLength: services.length, maxLength: services.length }
)

/** Scenes of which some services draw their boxes too large or too small, each in its own way, and are aligned. */
export const aligned = (scenes: Arbitrary.Arbitrary<HarmonizationInput>): Arbitrary.Arbitrary<HarmonizationInput> =>
  Arbitrary.all([scenes, anyOffsets]).pipe(
    Arbitrary.map(([scene, offsets]) => ({
      ...scene,
      reporters: scene.reporters.map((reporter): Reporter => ({
        ...reporter,
        align: offsets[services.indexOf(reporter.service)]
      }))
    }))
  )

/** As `aligned`, the boxes drawn so far off that they are those of the scene, but for rounding, once they are moved. */
export const misdrawn = (scenes: Arbitrary.Arbitrary<HarmonizationInput>): Arbitrary.Arbitrary<HarmonizationInput> =>
  aligned(scenes).pipe(
    Arbitrary.map((scene) =>
      mapDetections(scene, (detection) => {
        const {
          bottom = 0,
          left = 0,
          right = 0,
          top = 0
        } = scene.reporters.find(({ service }) => service === detection.service)?.align ?? {}
        const width = detection.box.width / (1 + left - right)
        const height = detection.box.height / (1 + top - bottom)
        return {
          ...detection,
          box: imageBox({ x: detection.box.x + left * width, y: detection.box.y + top * height, width, height })
        }
      })
    )
  )

/** Objects far from each other, each seen at most once by a service, its sightings overlapping each other by half or more. */
export const isolatedObjects: Arbitrary.Arbitrary<HarmonizationInput> = Arbitrary.array(
  Arbitrary.array(
    Arbitrary.schema(
      Schema.Struct({
        service: int(0, 4),
        shift: Schema.Tuple([int(-5, 5), int(-5, 5)]),
        confidence
      })
    ),
    { minLength: 1, maxLength: 4 }
  ),
  { minLength: 1, maxLength: 4 }
).pipe(
  Arbitrary.map((objects) =>
    scene(
      objects.flatMap((sights, place) =>
        sights
          .filter(({ service }, i) => sights.findIndex((other) => other.service === service) === i)
          .map(({ confidence, service, shift: [dx, dy] }): Sighting => [
            services[service]!,
            [place * 1000 + dx, dy, 100, 100],
            confidence
          ])
      )
    )
  )
)

/** Numbers no detector should send, among ones it may. */
const hostileNumbers = [
  0,
  -0,
  1,
  0.5,
  10,
  100,
  -50,
  1e-320,
  1e-170,
  0.1,
  1e9,
  2 ** 31,
  1e300,
  Number.MAX_VALUE,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY
]
const hostile = int(0, hostileNumbers.length - 1)

/** A scene whose numbers may be anything at all, among them trusts. */
export const hostileScene: Arbitrary.Arbitrary<HarmonizationInput> = Arbitrary.array(
  Arbitrary.schema(
    Schema.Struct({
      service: int(0, 4),
      box: Schema.Tuple([hostile, hostile, hostile, hostile]),
      confidence: hostile,
      trust: hostile
    })
  ),
  { maxLength: 12 }
).pipe(
  Arbitrary.map((items) => {
    const number = (at: number): number => hostileNumbers[at]!
    const { detections } = scene(
      items.map(({ box: [x, y, width, height], confidence, service }): Sighting => [
        services[service]!,
        [number(x), number(y), number(width), number(height)],
        number(confidence)
      ])
    )
    return {
      detections,
      reporters: items.map(({ service, trust }) => ({ service: services[service]!, trust: number(trust) }))
    }
  })
)
