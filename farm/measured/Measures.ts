/** The services that measure pixels and need no model. */
import type { JsonObject } from "../http/Envelope.ts"
import type { Description, Pixels } from "../http/Pictures.ts"
import * as Colors from "./Colors.ts"
import * as Metadata from "./Metadata.ts"

/** A picture to measure: its pixels, and what its file says. */
export interface Measured extends Pixels {
  readonly full: Description
}

const measures = {
  colors: (picture: Measured) => Colors.predictions(picture),
  metadata: (picture: Measured) => Metadata.predictions(picture.full, picture)
}
export type MeasureName = keyof typeof measures

/** Whether the service measures. */
export const isMeasure = (name: string): name is MeasureName => Object.hasOwn(measures, name)

/** The predictions of the service's reply. */
export const predictions = (name: MeasureName, picture: Measured): ReadonlyArray<JsonObject> => measures[name](picture)
