/**
 * Lists what a deployment is made of, as a CycloneDX document.
 *
 *   npm run --silent sbom > sbom.cdx.json
 *
 * `npm sbom` leaves out what tests use as well, and refuses a version that is chosen in `overrides`.
 *
 * @see https://cyclonedx.org/docs/1.5/json/
 */
import * as NodeFs from "node:fs"
import { shipped } from "./shipped.mjs"

const { description, license, name, version } = JSON.parse(
  NodeFs.readFileSync(new URL("../package.json", import.meta.url), "utf8")
)

const nameIn = (name) => name.replace("@", "%40")

const component = ({ integrity, license, name, version }) => {
  const [algorithm, hash] = integrity.split("-")
  const purl = `pkg:npm/${nameIn(name)}@${version}`
  return {
    "bom-ref": purl,
    type: "library",
    name,
    version,
    purl,
    hashes: [{ alg: algorithm.replace("sha", "SHA-"), content: Buffer.from(hash, "base64").toString("hex") }],
    ...(license === undefined ? {} : { licenses: [{ expression: license }] })
  }
}

const document = {
  bomFormat: "CycloneDX",
  specVersion: "1.5",
  version: 1,
  metadata: {
    component: { "bom-ref": name, type: "application", name, version, description, licenses: [{ expression: license }] }
  },
  components: shipped.map(component)
}
console.log(JSON.stringify(document, undefined, 2))
