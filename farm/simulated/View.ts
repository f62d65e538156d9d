/** A scene as it reaches a service: whole, scaled, or as a crop of it. */
import * as BoundingBox from "#domain/BoundingBox"
import * as Scene from "./Scene.ts"

/** An image of `width` x `height` pixels that shows `region` of the scene, which is in pixels of the scene. */
export interface View {
  readonly scene: Scene.Scene
  readonly region: BoundingBox.ImageBox
  readonly width: number
  readonly height: number
}

/** An object as far as the view shows it. */
export interface Sighting {
  /** Position in the scene's list of objects. */
  readonly index: number
  readonly object: Scene.SceneObject
  /** The part inside the view, in pixels of the view. */
  readonly box: BoundingBox.CropBox
  /** How much of the object can be seen at all, in `(0, 1]`. */
  readonly visibility: number
}

/** The objects that can be seen, from the farthest to the nearest. */
export const sightings = (self: View): ReadonlyArray<Sighting> =>
  self.scene.objects.flatMap((object, index) => {
    const box = inView(self, object.box)
    const visibility = box === undefined ? 0 : Scene.visibility(self.scene, index, self.region)
    return box === undefined || visibility === 0 ? [] : [{ index, object, box, visibility }]
  })

/** The part of a scene's box that the view shows, in pixels of the view. */
export const inView = (self: View, box: BoundingBox.BoundingBox): BoundingBox.CropBox | undefined => {
  if (BoundingBox.intersectionArea(box, self.region) === 0) return undefined
  return BoundingBox.cropBox(BoundingBox.clamp(project(self, box), self))
}

/** A scene's box in pixels of the view; it may leave the view. */
export const project = (self: View, box: BoundingBox.BoundingBox): BoundingBox.CropBox => {
  const corner = projectPoint(self, box)
  return BoundingBox.cropBox({
    ...corner,
    width: (box.width / self.region.width) * self.width,
    height: (box.height / self.region.height) * self.height
  })
}

/** A scene's point in pixels of the view. */
export const projectPoint = (
  self: View,
  point: { readonly x: number; readonly y: number }
): { readonly x: number; readonly y: number } => ({
  x: ((point.x - self.region.x) / self.region.width) * self.width,
  y: ((point.y - self.region.y) / self.region.height) * self.height
})
