/** The same as `windmill status`. */
import { windmill } from "./Windmill.ts"

void windmill("status", ...process.argv.slice(2))
