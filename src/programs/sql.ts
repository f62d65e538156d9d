/** The same as `windmill sql`. */
import { windmill } from "./Windmill.ts"

void windmill("sql", ...process.argv.slice(2))
