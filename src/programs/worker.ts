/** The same as `windmill worker`. */
import { windmill } from "./Windmill.ts"

void windmill("worker", ...process.argv.slice(2))
