import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import * as Derive from "../../src/domain/Derive.ts"
import * as Strategies from "../../src/domain/harmonization/Strategies.ts"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"
import * as Workflow from "../../src/domain/Workflow.ts"

const catalog = ServiceCatalog.standard
const algorithms = Derive.keys(Strategies.defaultStrategy, catalog)
const graph = Workflow.graph(catalog, algorithms)

describe("graph", () => {
  it("has a node for every service and stage, and edges between them only", () => {
    const names = new Set<string>(graph.nodes.map(({ id }) => id))
    assert.strictEqual(names.size, catalog.length + 3)
    for (const { from, to } of graph.edges) assert.isTrue(names.has(from) && names.has(to), `${from} -> ${to}`)
    assert.strictEqual(new Set(graph.edges.map((edge) => JSON.stringify(edge))).size, graph.edges.length)
  })

  it("draws what follows from answers, boxes and crops", () => {
    const on = (from: string, on: string): ReadonlyArray<string> =>
      graph.edges.filter((edge) => edge.from === from && edge.on === on).map(({ to }) => to)
    for (const { id } of catalog) assert.deepStrictEqual(on(id, "image"), Workflow.follows.answer)
    assert.deepStrictEqual(on("harmonize", "image"), Workflow.follows.boxes)
    assert.deepStrictEqual(on("consensus", "image"), Workflow.follows.consensus)
    assert.deepStrictEqual(on("enrich", "crops"), ["colors", "face", "pose"])
    for (const id of ["colors", "face", "pose"]) assert.deepStrictEqual(on(id, "crops"), Workflow.follows.crop)
    assert.deepStrictEqual(on("clip", "crops"), [])
  })

  it("names queues and algorithms", () => {
    const node = (id: string) => graph.nodes.find((node) => node.id === id)
    assert.deepInclude(node("ocr"), { type: "service", queue: "queue_ocr", kind: "specialized", isPrimary: true })
    assert.deepInclude(node("face"), { isPrimary: false, crops: "person" })
    assert.deepInclude(node("harmonize"), { type: "stage", queue: "queue_bbox_merge", algorithm: algorithms.harmonize })
  })

  it("says what protocol a service speaks and where it is, without what its address keeps secret", () => {
    const catalog = ServiceCatalog.decode({
      services: {
        detr: {
          api: "huggingface",
          kind: "spatial",
          url: "https://models:8443/detr?key=${KEY}&sig=0123456789",
          headers: { Authorization: "Bearer hf-0123456789", "X-Key": "${KEY}" }
        }
      }
    })
    const [node] = Workflow.graph(Result.getOrThrow(catalog), algorithms).nodes
    assert.deepInclude(node, { api: "huggingface", address: "https://models:8443/detr" })
    assert.notMatch(JSON.stringify(node), /KEY|0123456789/)
  })

  it("survives its JSON", () => {
    const json = Schema.encodeSync(Schema.toCodecJson(Workflow.Graph))(graph)
    assert.deepStrictEqual(
      Schema.decodeUnknownSync(Schema.toCodecJson(Workflow.Graph))(JSON.parse(JSON.stringify(json))),
      graph
    )
  })

  it("gains a fourteenth service with its entry alone", () => {
    const [clip] = catalog.filter(({ id }) => id === "clip")
    const more = Workflow.graph([...catalog, { ...clip!, id: "depth" as never, queue: "queue_depth" }], algorithms)
    assert.isTrue(more.nodes.some(({ id }) => id === "depth"))
    assert.strictEqual(more.edges.filter(({ from }) => from === "depth").length, 2)
  })
})
