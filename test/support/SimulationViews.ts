/** Views of sample scenes, as services get to see them. */
import { Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import type { ImageBox } from "../../src/domain/BoundingBox.ts"
import * as SampleScenes from "../../src/domain/simulation/SampleScenes.ts"
import type { Scene } from "../../src/domain/simulation/Scene.ts"
import * as View from "../../src/domain/simulation/View.ts"

/** What a service sees of a crop that was cut, as our cropper does it, pixel for pixel. */
export const crop = (scene: Scene, region: ImageBox): View.View => ({
  scene,
  region,
  width: region.width,
  height: region.height
})

/** Any of the first hundreds of scenes. */
export const scene: Arbitrary.Arbitrary<Scene> = Arbitrary.map(
  Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 10 * SampleScenes.kinds - 1 }))),
  SampleScenes.at
)

/** A whole scene, a crop around one of its objects, or either of them scaled. */
export const view: Arbitrary.Arbitrary<View.View> = Arbitrary.map(
  Arbitrary.all([
    scene,
    Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: -3, maximum: 30 }))),
    Arbitrary.schema(Schema.Literals([1, 1, 0.5, 1.7]))
  ]),
  ([scene, cut, scale]) => {
    const object = scene.objects[cut]
    const view = object === undefined ? View.whole(scene, scene) : crop(scene, object.box)
    return { ...view, width: Math.ceil(view.width * scale), height: Math.ceil(view.height * scale) }
  }
)
