/** The same as `windmill postprocess`. */
import { windmill } from "./Windmill.ts"

void windmill("postprocess", ...process.argv.slice(2))
