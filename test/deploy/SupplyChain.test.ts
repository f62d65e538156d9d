import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import * as NodeFs from "node:fs"
import * as NodeOs from "node:os"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))

const read = (path: string): unknown => JSON.parse(NodeFs.readFileSync(`${root}${path}`, "utf8"))

const manifest = read("package.json") as Readonly<Record<string, Readonly<Record<string, unknown>>>>

interface Locked {
  readonly name?: string
  readonly dev?: boolean
  readonly hasInstallScript?: boolean
  readonly integrity?: string
  readonly version: string
}

const locked = Object.entries((read("package-lock.json") as { readonly packages: Record<string, Locked> }).packages)
  .filter(([path]) => path !== "")
  .map(([path, entry]) => ({ ...entry, name: entry.name ?? path.split("node_modules/").at(-1)! }))

const run = (script: string, ...args: ReadonlyArray<string>): string =>
  execFileSync(process.execPath, [`${root}scripts/${script}`, ...args], { encoding: "utf8", cwd: root })

describe("the packages", () => {
  it("are named by exact versions, and their bytes are known", () => {
    for (const kind of ["dependencies", "optionalDependencies", "devDependencies"]) {
      for (const [name, version] of Object.entries(manifest[kind]!)) {
        assert.match(String(version), /^(npm:@?[\w/-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/, name)
      }
    }
    for (const { integrity, name } of locked) assert.match(integrity ?? "", /^sha512-/, name)
  })

  it("run a script when they are installed only if somebody said so", () => {
    const named = Object.keys(manifest["allowScripts"]!).sort()
    const scripted = locked.filter(({ hasInstallScript }) => hasInstallScript === true).map(({ name }) => name)
    assert.deepStrictEqual([...new Set(scripted)].sort(), named)
    assert.include(NodeFs.readFileSync(`${root}.npmrc`, "utf8"), "strict-allow-scripts=true")
  })

  it("have licenses that are allowed", () => {
    const listed = run("licenses.mjs")
    for (const name of ["effect", "sharp", "preact"]) assert.match(listed, new RegExp(`^  ${name} \\d`, "m"))
  })

  it("are listed as CycloneDX, all that are installed without those that only build and test", () => {
    const { bomFormat, components } = JSON.parse(run("sbom.mjs")) as {
      readonly bomFormat: string
      readonly components: ReadonlyArray<{ readonly name: string; readonly version: string; readonly purl: string }>
    }
    assert.strictEqual(bomFormat, "CycloneDX")
    const listed = new Set(components.map(({ name, version }) => `${name}@${version}`))
    for (const { dev, name, version } of locked) {
      if (dev !== true) assert.isTrue(listed.has(`${name}@${version}`), name)
    }
    assert.isFalse(components.some(({ name }) => name === "vitest"))
    const platform = `pkg:npm/%40effect/platform-node@${String(manifest["dependencies"]!["@effect/platform-node"])}`
    assert.include(
      components.map(({ purl }) => purl),
      platform
    )
  })

  it("are listed with Node and the packages of the Debian they are installed on, for an image", () => {
    const debian = NodeFs.mkdtempSync(`${NodeOs.tmpdir()}/windmill-sbom-`)
    try {
      NodeFs.mkdirSync(`${debian}/etc`)
      NodeFs.mkdirSync(`${debian}/var/lib/dpkg`, { recursive: true })
      NodeFs.writeFileSync(`${debian}/etc/os-release`, 'PRETTY_NAME="Debian 12"\nID=debian\nVERSION_ID="12"\n')
      const entry = (name: string, version: string, status: string) =>
        `Package: ${name}\nStatus: ${status}\nArchitecture: amd64\nVersion: ${version}\nDescription: a package\n Version: none\n`
      NodeFs.writeFileSync(
        `${debian}/var/lib/dpkg/status`,
        [
          entry("libc6", "2:2.36-9+deb12u1", "install ok installed"),
          entry("gone", "1", "deinstall ok config-files")
        ].join("\n")
      )
      const { components } = JSON.parse(run("sbom.mjs", debian)) as {
        readonly components: ReadonlyArray<{ readonly type: string; readonly name: string; readonly purl?: string }>
      }
      const packages = components.filter(({ purl = "" }) => purl.startsWith("pkg:deb/"))
      assert.deepStrictEqual(
        packages.map(({ purl }) => purl),
        ["pkg:deb/debian/libc6@2%3A2.36-9%2Bdeb12u1?arch=amd64&distro=debian-12"]
      )
      assert.deepInclude(
        components.map(({ name, type }) => ({ name, type })),
        { name: "debian", type: "operating-system" }
      )
      assert.include(
        components.map(({ purl }) => purl),
        `pkg:generic/node@${process.versions.node}`
      )
    } finally {
      NodeFs.rmSync(debian, { recursive: true })
    }
  })
})
