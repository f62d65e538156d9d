/** The same as `windmill dead-letters`. */
import { windmill } from "./Windmill.ts"

void windmill("dead-letters", ...process.argv.slice(2))
