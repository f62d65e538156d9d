/** The odd ones of the seeds. */
import * as Seeds from "./Seeds.ts"

Seeds.suite(1)
