#!/usr/bin/env node
/** The command `windmill`. See `--help`. */
import { windmill } from "./Windmill.ts"

void windmill(...process.argv.slice(2))
