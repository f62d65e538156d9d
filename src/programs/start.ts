/** The same as `windmill start`. */
import { windmill } from "./Windmill.ts"

void windmill("start", ...process.argv.slice(2))
