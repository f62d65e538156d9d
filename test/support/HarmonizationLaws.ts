/** What one may expect of harmonizing, as predicates on a strategy and a scene. */
import * as BoundingBox from "../../src/domain/BoundingBox.ts"
import type { Detection } from "../../src/domain/Detection.ts"
import type { Harmonization, HarmonizationInput, HarmonizedBox, Strategy } from "../../src/domain/Harmonization.ts"
import * as Scenes from "./Scenes.ts"

/** Whether a strategy keeps the law on a scene; `seed` chooses where the law says "any". */
export type Law = (strategy: Strategy, scene: HarmonizationInput, seed: number) => boolean

export const ignoresArrival: Law = ({ harmonize }, scene, seed) =>
  same(
    harmonize(scene),
    harmonize({
      detections: Scenes.shuffled(scene.detections, seed),
      reporters: Scenes.shuffled(scene.reporters, seed + 1)
    })
  )

export const ignoresReplyOrder: Law = ({ harmonize }, scene, seed) =>
  same(
    withoutIndexes(harmonize(scene)),
    withoutIndexes(harmonize({ ...scene, detections: Scenes.numbered(Scenes.shuffled(scene.detections, seed)) }))
  )

/** Gives the services names in the opposite order, and the result the old names again. */
export const ignoresNames: Law = ({ harmonize }, scene) => {
  const opposite = <A extends { readonly service: Detection["service"] }>(item: A): A => ({
    ...item,
    service: Scenes.services.at(-1 - Scenes.services.indexOf(item.service))!
  })
  const renamed = harmonize({
    detections: scene.detections.map(opposite),
    reporters: scene.reporters.map(opposite)
  })
  return same(
    unnamed(harmonize(scene)),
    unnamed({
      boxes: renamed.boxes.map((box) => ({
        ...box,
        services: box.services.map((service) => opposite({ service }).service),
        dissenters: box.dissenters.map((service) => opposite({ service }).service),
        members: box.members.map(opposite)
      })),
      rejected: renamed.rejected.map((rejected) => ({ ...rejected, detection: opposite(rejected.detection) }))
    })
  )
}

/** Answers come in one after the other, everything is harmonized after each. The input is frozen. */
export const isProgressive: Law = ({ harmonize }, scene, seed) => {
  let known: HarmonizationInput = { detections: [], reporters: [] }
  let result = harmonize(known)
  for (const reporter of Scenes.shuffled(scene.reporters, seed)) {
    known = frozen({
      detections: [...known.detections, ...scene.detections.filter(({ service }) => service === reporter.service)],
      reporters: [...known.reporters, reporter]
    })
    result = harmonize(known)
  }
  return same(result, harmonize(scene)) && same(harmonize(scene), harmonize(structuredClone(scene)))
}

/** The boxes of a result, sent in as what one service saw, come out again. */
export const isIdempotent: Law = ({ harmonize }, scene) => {
  const { boxes } = harmonize(scene)
  const service = Scenes.services[0]!
  const again = harmonize({
    detections: Scenes.numbered(
      boxes.map(({ box, concept, evidence, label }) => ({
        service,
        index: 0,
        concept,
        label,
        box,
        confidence: evidence
      }))
    ),
    reporters: [{ service }]
  })
  const essence = ({ box, concept, evidence }: HarmonizedBox) => JSON.stringify([concept, box, evidence])
  return same(boxes.map(essence).sort(), again.boxes.map(essence).sort())
}

export const isServiceExclusive: Law = ({ harmonize }, scene) =>
  harmonize(scene).boxes.every(
    ({ members, services }) =>
      services.length === members.length && same(members.map(({ service }) => service).sort(), services)
  )

export const accountsForEverything: Law = ({ harmonize }, scene) => {
  const { boxes, rejected } = harmonize(scene)
  const name = ({ index, service }: Detection) => `${service} ${index}`
  const accounted = [...boxes.flatMap(({ members }) => members), ...rejected.map(({ detection }) => detection)]
  return same(accounted.map(name).sort(), scene.detections.map(name).sort())
}

/** Up to a rounding error of the last box edge. */
export const staysInsideHull: Law = ({ harmonize }, scene) =>
  harmonize(scene).boxes.every(({ box, members }) => {
    const hull = members.map((member) => member.box as BoundingBox.BoundingBox).reduce(BoundingBox.hull)
    const rounding = 1e-9
    return (
      box.x >= hull.x - rounding &&
      box.y >= hull.y - rounding &&
      box.x + box.width <= hull.x + hull.width + rounding &&
      box.y + box.height <= hull.y + hull.height + rounding
    )
  })

/** Twice and four times the size, bit for bit: doubling a number never rounds. */
export const scales: Law = ({ harmonize }, scene, seed) => {
  const factor = 2 ** (1 + (seed % 2))
  const grow = ({ height, width, x, y }: BoundingBox.BoundingBox) =>
    BoundingBox.imageBox({ x: x * factor, y: y * factor, width: width * factor, height: height * factor })
  return same(movedBy(harmonize(scene), grow), movedBy(harmonize(moved(scene, grow)), BoundingBox.imageBox))
}

/** Moved by whole pixels; boxes may differ by rounding, what is fused with what may not. */
export const translates: Law = ({ harmonize }, scene, seed) => {
  const shift = (box: BoundingBox.BoundingBox) =>
    BoundingBox.imageBox({ ...box, x: box.x + (seed % 1024), y: box.y - (seed % 512) })
  const here = movedBy(harmonize(scene), shift)
  const there = movedBy(harmonize(moved(scene, shift)), BoundingBox.imageBox)
  return (
    same(here.members, there.members) &&
    here.boxes.every((box, i) => {
      const other = there.boxes[i]!
      return (["x", "y", "width", "height"] as const).every((edge) => Math.abs(box[edge] - other[edge]) < 1e-9)
    })
  )
}

/**
 * One more service sees one of the objects as somebody saw it, and nothing else: the object loses no rank. Asked of
 * isolated objects.
 */
export const rewardsAgreement: Law = ({ harmonize }, scene, seed) => {
  const { joined, seen } = withNewcomer(scene, seed)
  const rank = ({ boxes }: Harmonization): number => {
    const at = boxes.findIndex(({ box }) => BoundingBox.intersectionArea(box, seen.box) > 0)
    return at === -1 ? Infinity : at
  }
  return rank(harmonize(joined)) <= rank(harmonize(scene))
}

/** As `rewardsAgreement`: nor does it lose evidence, but for a rounding error. */
export const addsEvidence: Law = ({ harmonize }, scene, seed) => {
  const { joined, seen } = withNewcomer(scene, seed)
  const evidence = ({ boxes }: Harmonization): number =>
    boxes.find(({ box }) => BoundingBox.intersectionArea(box, seen.box) > 0)?.evidence ?? 0
  return evidence(harmonize(joined)) >= evidence(harmonize(scene)) - 1e-12
}

/** The newcomer draws its boxes as the service does whose box it shares. */
const withNewcomer = (scene: HarmonizationInput, seed: number) => {
  const seen = scene.detections[seed % scene.detections.length]!
  const service = Scenes.serviceId("newcomer")
  const joined: HarmonizationInput = {
    detections: [...scene.detections, { ...seen, service, index: 0, confidence: (seed % 11) / 10 }],
    reporters: [
      ...scene.reporters,
      { service, align: scene.reporters.find((reporter) => reporter.service === seen.service)?.align }
    ]
  }
  return { joined, seen }
}

/** No two boxes of a concept overlap above 0.6. */
export const separates: Law = ({ harmonize }, scene) => {
  const { boxes } = harmonize(scene)
  return boxes.every((box, i) =>
    boxes.every((other, j) => j <= i || other.concept !== box.concept || BoundingBox.iou(box.box, other.box) <= 0.6)
  )
}

/** Somebody is never less believed for being joined by others. Asked of services that are fully trusted. */
export const believesTheStrongest: Law = ({ harmonize }, scene) =>
  harmonize(scene).boxes.every(({ evidence, members }) => members.every(({ confidence }) => evidence >= confidence))

/** What the first service to answer sees is shown, but for what it repeats itself. */
export const showsTheFirst: Law = ({ harmonize }, scene) =>
  scene.reporters.every(({ service }) => {
    const alone = scene.detections.filter((detection) => detection.service === service)
    const { boxes, rejected } = harmonize({ detections: alone, reporters: [{ service }] })
    return (
      boxes.every(({ status }) => status === "confirmed") &&
      rejected.every(({ rule }) => rule === "duplicate" || rule === "overlap")
    )
  })

/** What is seen far away, by services that have reported anyhow, changes nothing here. */
export const isLocal: Law = ({ harmonize }, scene, seed) => {
  const far = Scenes.mapDetections(
    { ...scene, detections: scene.detections.slice(0, 1 + (seed % 3)) },
    (detection) => ({
      ...detection,
      index: detection.index + 100,
      box: BoundingBox.imageBox({ ...detection.box, x: detection.box.x + 10_000 })
    })
  )
  const both = harmonize({ ...scene, detections: [...scene.detections, ...far.detections] })
  const here = harmonize(scene)
  return (
    same(
      here.boxes,
      both.boxes.filter(({ box }) => box.x < 5000)
    ) &&
    same(
      here.rejected,
      both.rejected.filter(({ detection }) => detection.box.x < 5000)
    )
  )
}

export const separatesConcepts: Law = ({ harmonize }, scene) => {
  const all = harmonize(scene)
  return [...new Set(scene.detections.map(({ concept }) => concept))].every((concept) =>
    same(
      all.boxes.filter((box) => box.concept === concept),
      harmonize({ ...scene, detections: scene.detections.filter((detection) => detection.concept === concept) }).boxes
    )
  )
}

/** Everything that comes out is a number where numbers are due, in its range. */
export const isSound: Law = ({ harmonize }, scene) => {
  const isShare = (value: number) => value >= 0 && value <= 1
  return harmonize(scene).boxes.every(
    ({ box, confidence, evidence }) =>
      isShare(evidence) &&
      isShare(confidence) &&
      Number.isFinite(box.x) &&
      Number.isFinite(box.y) &&
      box.width > 0 &&
      box.height > 0
  )
}

/** Bit for bit: JSON keeps every double. */
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

const withoutIndexes = ({ boxes, rejected }: Harmonization) => ({
  boxes: boxes.map((box) => ({ ...box, members: box.members.map(withoutIndex) })),
  rejected: rejected.map(({ detection, rule }) => ({ rule, ...withoutIndex(detection) }))
})

const withoutIndex = (detection: Detection): Detection => ({ ...detection, index: 0 })

/** What is left when names no longer order anything: indexes, reasons and the order among equals are gone. */
const unnamed = ({ boxes, rejected }: Harmonization) => ({
  boxes: boxes.map((box) => ({
    ...box,
    reason: "",
    services: box.services.toSorted(),
    dissenters: box.dissenters.toSorted(),
    members: box.members.map((member) => JSON.stringify(withoutIndex(member))).sort()
  })),
  rejected: rejected.map(({ detection, rule }) => JSON.stringify([rule, withoutIndex(detection)])).sort()
})

const moved = (scene: HarmonizationInput, move: (box: BoundingBox.BoundingBox) => BoundingBox.ImageBox) =>
  Scenes.mapDetections(scene, (detection) => ({ ...detection, box: move(detection.box) }))

const movedBy = ({ boxes, rejected }: Harmonization, move: (box: BoundingBox.BoundingBox) => BoundingBox.ImageBox) => ({
  boxes: boxes.map(({ box }) => move(box)),
  members: [
    ...boxes.map(({ evidence, members, status }) => [
      evidence,
      status,
      ...members.map(({ index, service }) => [service, index])
    ]),
    ...rejected.map(({ detection, rule }) => [rule, detection.service, detection.index])
  ]
})

const frozen = <A>(value: A): A => {
  if (typeof value === "object" && value !== null) {
    Object.freeze(value)
    Object.values(value).forEach(frozen)
  }
  return value
}
