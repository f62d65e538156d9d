/** Fuses results files of detectors. See `--help`. */
import { fuse } from "./commands/fuse.ts"
import * as Main from "./Main.ts"

Main.runMain(fuse, { whenStopped: 130 })
