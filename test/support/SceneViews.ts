/** Views of the sample scenes, as services get to see them. */
import { Effect, Option, Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import { readFile } from "node:fs/promises"
import * as ScenePictures from "#farm/simulated/ScenePictures"
import * as Random from "#farm/simulated/Random"
import * as Samples from "#farm/simulated/Samples"
import { Posture, type Scene } from "#farm/simulated/Scene"
import type { View } from "#farm/simulated/View"
import { type ImageBox, imageBox } from "../../src/domain/BoundingBox.ts"

/** The scenes that the sample pictures carry, in order. */
export const samples: ReadonlyArray<Scene> = await Samples.paths.pipe(
  Effect.flatMap(
    Effect.forEach(
      Effect.fnUntraced(function* (path) {
        const { view } = yield* ScenePictures.make().read(yield* Effect.promise(() => readFile(path)))
        return Option.getOrThrow(view).scene
      }),
      { concurrency: 4 }
    )
  ),
  Effect.runPromise
)

/** The sample scene of that name. */
export const named = (name: string): Scene => {
  const scene = samples.find((scene) => scene.name === name)
  if (scene === undefined) throw new Error(`no sample shows ${name}`)
  return scene
}

/** What a service sees of the whole picture. */
export const whole = (scene: Scene): View =>
  crop(scene, imageBox({ x: 0, y: 0, width: scene.width, height: scene.height }))

/** What a service sees of a crop that was cut, as our cropper does it, pixel for pixel. */
export const crop = (scene: Scene, region: ImageBox): View => ({
  scene,
  region,
  width: region.width,
  height: region.height
})

/** A sample scene, or a variation of one: some objects are missing, and the others face and behave in other ways. */
export const scene: Arbitrary.Arbitrary<Scene> = Arbitrary.map(
  Arbitrary.all([
    Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: samples.length - 1 }))),
    Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1000 })))
  ]),
  ([position, variation]) => {
    const scene = samples[position]!
    if (variation === 0) return scene
    const random = Random.make("variation", position, variation)
    const objects = scene.objects
      .filter(() => random.chance(0.8))
      .map(({ person, ...thing }) => ({
        ...thing,
        mirrored: random.chance(0.5),
        ...(person !== undefined && {
          person: { ...person, posture: random.pick(Posture.literals), away: random.chance(0.2) }
        })
      }))
    return { ...scene, name: `${scene.name}-${variation}`, objects }
  }
)

/** A whole scene, a crop around one of its objects, or either of them scaled. */
export const view: Arbitrary.Arbitrary<View> = Arbitrary.map(
  Arbitrary.all([
    scene,
    Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: -3, maximum: 30 }))),
    Arbitrary.schema(Schema.Literals([1, 1, 0.5, 1.7]))
  ]),
  ([scene, cut, scale]) => {
    const object = scene.objects[cut]
    const view = object === undefined ? whole(scene) : crop(scene, object.box)
    return { ...view, width: Math.ceil(view.width * scale), height: Math.ceil(view.height * scale) }
  }
)
