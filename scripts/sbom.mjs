/**
 * Lists what a deployment is made of, as a CycloneDX document.
 *
 *   npm run --silent sbom > sbom.cdx.json             what a release brings along
 *   npm run --silent sbom -- / > sbom.cdx.json        and Node and the packages of the Debian in this folder, as an image has them
 *
 * `npm sbom` leaves out what tests use as well, and refuses a version that is chosen in `overrides`.
 *
 * @see https://cyclonedx.org/docs/1.5/json/
 */
import * as NodeFs from "node:fs"
import * as NodePath from "node:path"
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

/** Node and the Debian packages that are installed in a folder, by what dpkg notes there. */
const system = (root) => {
  const read = (path) => NodeFs.readFileSync(NodePath.join(root, path), "utf8")
  const fields = (text, separator) =>
    Object.fromEntries(
      Array.from(text.matchAll(new RegExp(`^([\\w-]+)${separator}"?([^"\n]*)`, "gm")), ([, a, b]) => [a, b])
    )
  const { ID: distribution, PRETTY_NAME: title, VERSION_ID: release } = fields(read("etc/os-release"), "=")
  const packages = read("var/lib/dpkg/status")
    .split("\n\n")
    .map((entry) => fields(entry, ": "))
    .filter(({ Status }) => Status === "install ok installed")
    .map(({ Architecture, Package: name, Version: version }) => {
      const purl = `pkg:deb/${distribution}/${name}@${encodeURIComponent(version)}?arch=${Architecture}&distro=${distribution}-${release}`
      return { "bom-ref": purl, type: "library", name, version, purl }
    })
  const node = `pkg:generic/node@${process.versions.node}`
  return [
    {
      "bom-ref": `${distribution}-${release}`,
      type: "operating-system",
      name: distribution,
      version: release,
      description: title
    },
    { "bom-ref": node, type: "application", name: "node", version: process.versions.node, purl: node },
    ...packages.sort((a, b) => (a.purl < b.purl ? -1 : 1))
  ]
}

const [root] = process.argv.slice(2)

const document = {
  bomFormat: "CycloneDX",
  specVersion: "1.5",
  version: 1,
  metadata: {
    component: { "bom-ref": name, type: "application", name, version, description, licenses: [{ expression: license }] }
  },
  components: [...shipped.map(component), ...(root === undefined ? [] : system(root))]
}
console.log(JSON.stringify(document, undefined, 2))
