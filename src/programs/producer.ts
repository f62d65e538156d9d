/** The same as `windmill producer`. */
import { windmill } from "./Windmill.ts"

void windmill("producer", ...process.argv.slice(2))
