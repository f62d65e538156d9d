/** What the report of a run holds, as JSON within its page. */
import { Schema } from "effect"
import { ServiceId } from "../Identifiers.ts"
import * as Workflow from "../Workflow.ts"
import { Image, ImageSummary } from "./Image.ts"
import { Timeline } from "./Timeline.ts"

/** What one service did in a run. */
export const ServiceTotals = Schema.Struct({
  service: ServiceId,
  requested: Schema.Int,
  succeeded: Schema.Int,
  failed: Schema.Int,
  /** Answers about crops; absent when that cannot be told, because not all images are at hand. */
  crops: Schema.optionalKey(Schema.Int)
})
export type ServiceTotals = typeof ServiceTotals.Type

/** A picture of which something is missing in the results, and why. */
export const LeftOut = Schema.Struct({ image: Schema.String, detail: Schema.String })
export type LeftOut = typeof LeftOut.Type

/** The run, and the images in a list. */
export const Report = Schema.Struct({
  run: Schema.Struct({
    images: Schema.Int,
    done: Schema.Int,
    /** Images that were complete before the run began. */
    doneBefore: Schema.Int,
    boxes: Schema.Int,
    /** Answers about crops. */
    crops: Schema.Int,
    services: Schema.Array(ServiceTotals),
    /** Pictures that could not be submitted. */
    unusable: Schema.Array(LeftOut),
    /** Images whose picture could not be drawn or shown. */
    undrawn: Schema.Array(LeftOut),
    seconds: Schema.Finite,
    /** Services whose answers say that they are invented, in name order. */
    simulated: Schema.Array(ServiceId),
    /** What was not asked: which services, or what they would say, and how to have them, a sentence each. */
    absent: Schema.Array(Schema.String),
    /** A command that opens the database. */
    database: Schema.String
  }),
  workflow: Workflow.Description,
  /** In the order in which they were submitted; the first of them when there are very many. */
  images: Schema.Array(ImageSummary)
})
export type Report = typeof Report.Type

/** One image of the report. */
export const ReportImage = Schema.Struct({
  image: Image,
  timeline: Timeline,
  /** Absent when the image could not be read. */
  picture: Schema.optionalKey(
    Schema.Struct({
      /** A `data:` URL; the picture in it may have fewer pixels than the image. */
      url: Schema.String,
      /** The size of the image in pixels. */
      width: Schema.Int,
      height: Schema.Int
    })
  )
})
export type ReportImage = typeof ReportImage.Type
