/** The same as `windmill farm`. */
import { windmill } from "./Windmill.ts"

void windmill("farm", ...process.argv.slice(2))
