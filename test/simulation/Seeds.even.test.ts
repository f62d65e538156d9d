/** The even ones of the seeds. */
import * as Seeds from "./Seeds.ts"

Seeds.suite(0)
