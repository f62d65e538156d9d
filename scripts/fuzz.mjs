/**
 * Attacks what reads strangers' bytes with inputs that are made from good ones.
 *
 *   npm run fuzz                     a minute for each target, seed 1
 *   npm run fuzz -- 600 7            ten minutes for each, seed 7
 *   npm run fuzz -- 600 7 pictures   for one of them
 *
 * An input that breaks a promise is left in `test/fuzz/found`. Once mended it belongs in `test/fixtures/fuzz`, where every
 * run of the tests tries it again.
 */
import { spawnSync } from "node:child_process"
import { join } from "node:path"

const root = join(import.meta.dirname, "..")
const [seconds = "60", seed = "1", target] = process.argv.slice(2)
if (!(Number(seconds) > 0) || !Number.isInteger(Number(seed))) {
  console.error(
    "Usage: npm run fuzz -- [seconds for each target] [seed] [pictures|replies|forms|messages|settings|commands]"
  )
  process.exit(2)
}
const only = target === undefined ? [] : ["--testNamePattern", `^${target} `]
const { status } = spawnSync(
  process.execPath,
  [join(root, "node_modules/vitest/vitest.mjs"), "run", "test/fuzz", "--retry", "0", ...only],
  { cwd: root, stdio: "inherit", env: { ...process.env, FUZZ_SECONDS: seconds, FUZZ_SEED: seed } }
)
process.exit(status ?? 1)
