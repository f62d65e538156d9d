/** Which Windmill this is: the version in its package.json. */
import { readFileSync } from "node:fs"
import { installed } from "./Installed.ts"

export const version = (JSON.parse(readFileSync(installed("package.json"), "utf8")) as { readonly version: string })
  .version
