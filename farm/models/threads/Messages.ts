/** What the farm and a thread that looks at pictures say to each other. */
import type { JsonObject } from "../../http/Envelope.ts"
import type { Measured, MeasureName } from "../../measured/Measures.ts"
import type { ServiceName } from "../Models.ts"

/** What a thread is started with. */
export interface Settings {
  /** The folder of models that were added, where converted networks are kept, too. */
  readonly models: string
}

/** Work of a service: to make sure that it can work, to load what it answers with, or to answer about a picture, whose bytes are shared memory. */
export type Work = "examine" | "load" | Measured

export interface Request {
  readonly id: number
  readonly service: ServiceName | MeasureName
  readonly work: Work
}

/** The predictions, none where there was no picture; or why there are none, in a sentence. */
export type Reply =
  | { readonly id: number; readonly predictions: ReadonlyArray<JsonObject> }
  | { readonly id: number; readonly problem: string }
