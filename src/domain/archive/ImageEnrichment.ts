/** What was learned from the crop of a box, in pixels of the image. */
import { Schema } from "effect"
import { ImageBox } from "../BoundingBox.ts"
import { Confidence } from "../Detection.ts"
import type { Enrichment } from "../Enrichment.ts"
import { BoxId, ServiceId } from "../Identifiers.ts"

/** A point in pixels of the image. */
const Point = Schema.Struct({ x: Schema.Finite, y: Schema.Finite })

export const ImageEnrichment = Schema.Struct({
  boxId: BoxId,
  service: ServiceId,
  /** What was cut. */
  region: ImageBox,
  faces: Schema.Array(
    Schema.Struct({
      confidence: Schema.optionalKey(Confidence),
      box: ImageBox,
      /** By name (`left_eye`, …). */
      keypoints: Schema.Record(Schema.String, Point)
    })
  ),
  poses: Schema.Array(
    Schema.Struct({
      /** By MediaPipe name; may lie outside the crop. */
      landmarks: Schema.Record(
        Schema.String,
        Schema.Struct({ ...Point.fields, visibility: Schema.optionalKey(Schema.Finite) })
      )
    })
  ),
  palettes: Schema.Array(
    Schema.Struct({
      temperature: Schema.optionalKey(Schema.String),
      primary: Schema.optionalKey(Schema.String),
      /** Most frequent first. */
      colors: Schema.Array(Schema.Struct({ hex: Schema.String, name: Schema.optionalKey(Schema.String) }))
    })
  )
})
export type ImageEnrichment = typeof ImageEnrichment.Type

/** The part of an enrichment that lies in the image. */
export const of = ({ boxId, faces, palettes, poses, region, service }: Enrichment): ImageEnrichment => ({
  boxId,
  service,
  region,
  faces: faces.map(({ box, confidence, keypoints }) => ({ ...given({ confidence }), box, keypoints })),
  poses: poses.map(({ landmarks }) => ({
    landmarks: Object.fromEntries(
      Object.entries(landmarks).map(([name, { visibility, x, y }]) => [name, { x, y, ...given({ visibility }) }])
    )
  })),
  palettes: palettes.map(({ colors, primary, temperature }) => ({
    ...given({ temperature, primary }),
    colors: colors.map(({ hex, name }) => ({ hex, ...given({ name }) }))
  }))
})

/** The properties that have a value. */
const given = <A extends Record<string, unknown>>(properties: A) =>
  Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined)) as {
    readonly [K in keyof A]?: Exclude<A[K], undefined>
  }
