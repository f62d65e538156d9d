/** What is in `deploy/` fits the programs, and each tool that reads it accepts it where that tool is installed. */
import { assert, describe, it } from "@effect/vitest"
import * as NodeChildProcess from "node:child_process"
import * as NodeFs from "node:fs"
import * as NodePath from "node:path"
import { fileURLToPath } from "node:url"
import { format } from "prettier"
import { hintQueue } from "../../src/domain/Messages.ts"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"
import { stages } from "../../src/domain/Staleness.ts"
import * as Folders from "../support/Folders.ts"
import { Effect } from "effect"

const root = fileURLToPath(new URL("../..", import.meta.url))
const read = (path: string) => NodeFs.readFileSync(NodePath.join(root, path), "utf8")

/** What the program says, and whether it is content. `undefined` when it is not installed. */
const says = (program: string, args: ReadonlyArray<string>, cwd = root) => {
  const { error, status, stderr, stdout } = NodeChildProcess.spawnSync(program, args, { cwd, encoding: "utf8" })
  return error === undefined ? { status, text: `${stdout}${stderr}` } : undefined
}

const metricsIn = (text: string) => new Set(text.match(/\bwindmill_[a-z_]+/g))
const documented = new Set(
  Array.from(read("docs/telemetry.md").matchAll(/^\| `(windmill_\w+)` \|/gm), ([, name]) => name!)
)

describe("deploy/grafana/windmill.json", () => {
  it("is what scripts/grafana.mjs makes of the documented metrics, all of them", async () => {
    const made = NodeChildProcess.execFileSync(process.execPath, [NodePath.join(root, "scripts/grafana.mjs")], {
      encoding: "utf8"
    })
    const committed = read("deploy/grafana/windmill.json")
    assert.strictEqual(committed, await format(made, { parser: "json", printWidth: 120 }))
    const drawn = new Set([...metricsIn(committed)].map((name) => name.replace(/_bucket$/, "")))
    assert.deepStrictEqual(
      [...documented].filter((name) => !drawn.has(name)),
      []
    )
  })
})

describe("deploy/prometheus/rules.yaml", () => {
  it("names only metrics that are documented, and places in docs/operate.md that are there", () => {
    const rules = read("deploy/prometheus/rules.yaml")
    assert.deepStrictEqual(
      [...metricsIn(rules)].filter((name) => !documented.has(name)),
      []
    )
    const anchors = new Set(
      Array.from(read("docs/operate.md").matchAll(/^#+ (.+)$/gm), ([, title]) =>
        title!
          .toLowerCase()
          .replace(/[^\w\s-]/g, "")
          .replaceAll(" ", "-")
      )
    )
    const named = Array.from(rules.matchAll(/docs\/operate\.md#(\S+)/g), ([, anchor]) => anchor!)
    assert.isNotEmpty(named)
    assert.deepStrictEqual(
      named.filter((anchor) => !anchors.has(anchor)),
      []
    )
  })

  it("raises each alert when it should, and not when it should not", () => {
    const folder = NodePath.join(root, "deploy/prometheus")
    for (const args of [
      ["check", "rules", "rules.yaml"],
      ["test", "rules", "rules.test.yaml"]
    ]) {
      assert.deepInclude(says("promtool", args, folder), { status: 0 })
    }
    const alerts = (text: string, key: string) =>
      new Set(Array.from(text.matchAll(key === "alert" ? /alert: (\w+)/g : /alertname: (\w+)/g), ([, name]) => name))
    assert.deepStrictEqual(
      alerts(read("deploy/prometheus/rules.test.yaml"), "alertname"),
      alerts(read("deploy/prometheus/rules.yaml"), "alert")
    )
  })
})

describe("deploy/systemd", () => {
  it.effect("is accepted by systemd", () =>
    Effect.gen(function* () {
      const folder = yield* Folders.temporary
      const units = NodeFs.readdirSync(NodePath.join(root, "deploy/systemd")).filter((name) =>
        /\.(service|target)$/.test(name)
      )
      assert.isNotEmpty(units)
      for (const unit of units) {
        const instance = unit.replace("worker@", "worker@yolov8").replace("postprocess@", "postprocess@enrich")
        const text = read(`deploy/systemd/${unit}`)
        NodeFs.writeFileSync(NodePath.join(folder, instance), text.replaceAll("/usr/bin/node", process.execPath))
        const heard = says("systemd-analyze", ["verify", `./${instance}`], folder)
        assert.deepStrictEqual([instance, heard], [instance, { status: 0, text: "" }])
      }
    }).pipe(Effect.scoped)
  )
})

describe("the services that are deployed", () => {
  const ports = Object.fromEntries(ServiceCatalog.standard.map(({ id, port }) => [id, port]))

  it("are the thirteen, at their ports", () => {
    const values = read("deploy/helm/windmill/values.yaml")
    const inChart = Array.from(values.matchAll(/^ {2}(\w+): \{ port: (\d+)/gm), ([, id, port]) => [id, Number(port)])
    assert.deepStrictEqual(Object.fromEntries(inChart), ports)
    const { services } = JSON.parse(read("deploy/compose/service_config.json")) as { services: object }
    assert.deepStrictEqual(Object.keys(services).toSorted(), Object.keys(ports).toSorted())
  })

  it("are scaled by their queues, and stages by theirs and by what is stale", () => {
    const rendered = read("deploy/kubernetes/base/windmill.yaml")
    const queues = Array.from(rendered.matchAll(/"queueName":"(\w+)"/g), ([, queue]) => queue!)
    const expected = [...ServiceCatalog.standard.map(({ queue }) => queue), ...stages.map((stage) => hintQueue[stage])]
    assert.deepStrictEqual(queues.toSorted(), expected.toSorted())
    const columns = Array.from(rendered.matchAll(/FROM images WHERE (\w+) IS NOT NULL/g), ([, column]) => column)
    assert.deepStrictEqual(columns.toSorted(), ["boxes_stale", "consensus_stale", "enrichment_stale"])
  })

  it("may finish what they have in hand: a program is killed only after its drain and the longest request", () => {
    const rendered = read("deploy/kubernetes/base/windmill.yaml").split("kind: Deployment").slice(1)
    assert.isNotEmpty(rendered)
    for (const deployment of rendered) {
      const grace = Number(/terminationGracePeriodSeconds: (\d+)/.exec(deployment)![1])
      const drain = Number(/DRAIN_WITHIN, value: "(\d+) seconds"/.exec(deployment)![1])
      assert.isAbove(grace, drain)
      if (deployment.includes('"ollama"')) assert.isAbove(drain, 120)
    }
  })
})
