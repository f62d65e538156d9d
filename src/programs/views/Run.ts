/** A run that has ended, with all that is shown of it. */
import type { Progress } from "../../services/ResultStore.ts"
import type { ImageFindings } from "./ImageFindings.ts"

export interface Run {
  /** The images of the run, in the order in which they are shown. */
  readonly images: ReadonlyArray<ImageFindings>
  readonly progress: Progress
  /** Images that were complete before the run began. */
  readonly doneBefore: number
  /** Pictures that could not be submitted, and why. */
  readonly unusable: ReadonlyArray<{ readonly image: string; readonly detail: string }>
  readonly seconds: number
  /** Whether the answers were invented by the simulated farm. */
  readonly simulated: boolean
  /** Where things were written; a place that is absent was not written. */
  readonly places: { readonly overlays?: string; readonly report?: string }
  /** A command that opens the database. */
  readonly database: string
}
