/** What is installed with the programs. */
import { fileURLToPath } from "node:url"

/** The path of a file or folder of the package: `dist/dashboard`. */
export const installed = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url))
