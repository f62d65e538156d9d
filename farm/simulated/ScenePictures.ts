/** Pictures with the scene that our samples, and crops of them, carry in EXIF. */
import { Option, Schema } from "effect"
import * as BoundingBox from "#domain/BoundingBox"
import * as Pictures from "../http/Pictures.ts"
import * as Scene from "./Scene.ts"
import type { View } from "./View.ts"

interface Seen {
  /** What the picture shows, when it is one of ours. */
  readonly view: Option.Option<View>
}

/** A picture whose EXIF is without the scene. */
export type Picture = Pictures.Picture & Seen

export type PictureReader = Pictures.PictureReader<Pictures.Description & Seen>

export const make = (): PictureReader => Pictures.make(withView)

const withView = (description: Pictures.Description) => {
  const { exif, height, width } = description
  const { ImageDescription, Software, ...tags } = exif["Image"] ?? {}
  const scene = Schema.decodeUnknownOption(Scene.SceneJson)(ImageDescription)
  return {
    ...description,
    exif: Option.isSome(scene) ? { ...exif, Image: tags } : exif,
    view: Option.map(scene, (scene) => ({ scene, region: regionOf(scene, Software), width, height }))
  }
}

/** The part of the scene that the image shows: what the cropper noted in EXIF `Software`, or all of it. */
const regionOf = (scene: Scene.Scene, software: unknown): BoundingBox.ImageBox => {
  const crop = /^windmill crop (\d+),(\d+),(\d+),(\d+)$/.exec(String(software))
  const [x, y, width, height] = crop === null ? [0, 0, scene.width, scene.height] : crop.slice(1).map(Number)
  return BoundingBox.imageBox({ x: x ?? 0, y: y ?? 0, width: width ?? 0, height: height ?? 0 })
}
