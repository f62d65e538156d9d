/**
 * Lists the licenses of all packages that a deployment runs or a browser gets, and fails on one that is not allowed.
 *
 *   npm run --silent licenses
 */
import { shipped } from "./shipped.mjs"

/** SPDX identifiers. The LGPL is that of libvips and libheif, which are used as they are and can be replaced. */
const allowed = new Set([
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "LGPL-3.0",
  "LGPL-3.0-or-later",
  "MIT",
  "OFL-1.1"
])

const isAllowed = (expression) =>
  expression
    .replace(/[()]/g, "")
    .split(" OR ")
    .some((choice) => choice.split(" AND ").every((license) => allowed.has(license)))

const byLicense = new Map()
for (const { license = "none named", name, version } of shipped) {
  byLicense.set(license, [...(byLicense.get(license) ?? []), `${name} ${version}`])
}

for (const license of [...byLicense.keys()].sort()) {
  const names = byLicense.get(license)
  console.log([license, ...names.map((name) => `  ${name}`)].join("\n"))
  if (isAllowed(license)) continue
  process.exitCode = 1
  console.error(
    `${license} is not allowed: take another package than ${names.join(", ")}, or allow it in scripts/licenses.mjs`
  )
}
