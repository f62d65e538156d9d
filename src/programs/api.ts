/** The same as `windmill api`. */
import { windmill } from "./Windmill.ts"

void windmill("api", ...process.argv.slice(2))
