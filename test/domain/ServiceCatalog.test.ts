import { assert, describe, it } from "@effect/vitest"
import { Duration, Result } from "effect"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"

const decode = (services: unknown) => ServiceCatalog.decode({ services })

const problems = (services: unknown): ReadonlyArray<string> =>
  Result.match(decode(services), {
    onSuccess: () => [],
    onFailure: (found) => found.map(({ message, path }) => `${path}: ${message}`)
  })

describe("decode", () => {
  it("completes a known service from its name", () => {
    const catalog = Result.getOrThrow(decode({ yolov8: { port: 7773, endpoint: "/analyze" } }))
    const [yolov8] = catalog
    assert.deepInclude(yolov8 as object, {
      id: "yolov8",
      host: "127.0.0.1",
      kind: "spatial",
      queue: "queue_yolov8",
      input: "upload"
    })
  })

  it("takes a fourteenth service as one entry", () => {
    const catalog = Result.getOrThrow(decode({ florence2: { port: 7803, kind: "semantic", timeout: "90 seconds" } }))
    assert.deepEqual(catalog[0]?.timeout, Duration.seconds(90))
  })

  it("reads the original system's settings", () => {
    const catalog = Result.getOrThrow(
      decode({
        blip: { host: "k3.local", port: 7777, endpoint: "/v3/analyze", queue_prefix: "q_", category: "primary" }
      })
    )
    assert.strictEqual(catalog[0]?.queue, "q_blip")
  })

  it("reads how boxes are moved, and refuses what would leave nothing of a box", () => {
    const decoded = (align: unknown) => ServiceCatalog.decode({ services: { yolov8: { align } } })
    const [service] = Result.getOrThrow(decoded({ left: 0.1, bottom: -0.4 }))
    assert.deepStrictEqual(service?.align, { left: 0.1, bottom: -0.4 })
    for (const align of [{ left: 0.41 }, { left: "0.1" }, { middle: 0.1 }, 0.1]) {
      const [problem] = Result.getOrThrow(Result.flip(decoded(align)))
      assert.match(problem!.path, /^services\.yolov8\.align/)
    }
  })

  it("lists every problem of the file with its path", () => {
    assert.deepEqual(
      problems({
        colors: { port: 99999 },
        blip: { prt: 1 },
        clip: { port: 7778, endpoint: "analyze", timeout: "5 secnds" }
      }),
      [
        "services.colors.port: Expected a value between 1 and 65535",
        "services.blip.prt: Unknown setting: remove it or correct its spelling",
        "services.clip.endpoint: Expected a path that begins with /",
        "services.clip.timeout: Expected a valid Duration string"
      ]
    )
  })

  it("asks an unknown service for its port and kind", () => {
    assert.deepEqual(problems({ mystery: {} }), [
      "services.mystery.port: Missing: the port of the service",
      "services.mystery.kind: Missing: one of spatial, semantic, classification, specialized, color, metadata"
    ])
  })

  it("refuses two services on one queue or address", () => {
    assert.deepEqual(problems({ blip: { port: 1 }, clip: { port: 1, queue: "queue_blip" } }), [
      "services.clip.queue: queue_blip is already used by blip",
      "services.clip.port: 127.0.0.1:1 is already used by blip"
    ])
  })

  it("refuses a catalog without services, and what is not a catalog", () => {
    assert.deepEqual(problems({}), ["services: Expected at least one service"])
    assert.isTrue(Result.isFailure(ServiceCatalog.decode([])))
    assert.isTrue(Result.isFailure(ServiceCatalog.decode(null)))
  })

  it("agrees with itself about the thirteen services", () => {
    const names = Object.fromEntries(ServiceCatalog.standard.map(({ id }) => [id, {}]))
    assert.strictEqual(ServiceCatalog.standard.length, 13)
    assert.deepEqual(Result.getOrThrow(decode(names)), ServiceCatalog.standard)
  })
})

describe("select", () => {
  const ids = (words: string) =>
    Result.map(ServiceCatalog.select(ServiceCatalog.standard, words), (services) =>
      services.map(({ id }) => id as string)
    )

  it("selects by name, in catalog order", () => {
    assert.deepEqual(ids("yolov8, blip"), Result.succeed(["blip", "yolov8"]))
  })

  it("selects by category and all", () => {
    assert.deepEqual(ids("spatial_only"), Result.succeed(["face", "pose"]))
    assert.strictEqual(Result.getOrThrow(ids("all")).length, 13)
  })

  it("names every unknown word", () => {
    assert.deepEqual(ids("blip,yolo,clap"), Result.fail(["yolo", "clap"]))
    assert.deepEqual(ids(" , "), Result.fail([]))
  })
})
