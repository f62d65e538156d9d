import { assert, describe, it } from "@effect/vitest"
import { Duration, Result } from "effect"
import { readFileSync } from "node:fs"
import * as Protocols from "../../src/domain/protocol/Protocols.ts"
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
      "services.mystery.port: Missing: the port of the service, or its url",
      "services.mystery.kind: Missing: one of spatial, semantic, classification, specialized, color, metadata"
    ])
  })

  it("refuses two services on one queue or address", () => {
    assert.deepEqual(problems({ blip: { port: 1 }, clip: { port: 1, queue: "queue_blip" } }), [
      "services.clip.queue: queue_blip is already used by blip",
      "services.clip.port: http://127.0.0.1:1/analyze is already used by blip"
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

describe("decode, addresses", () => {
  const one = (entry: object) => Result.getOrThrow(decode({ own: { kind: "spatial", ...entry } }))[0]!

  it.each([
    [{ port: 9000 }, "http://127.0.0.1:9000/analyze", "http://127.0.0.1:9000/health"],
    [{ host: "::1", port: 9702 }, "http://[::1]:9702/analyze", "http://[::1]:9702/health"],
    [{ host: "[::1]", port: 9702 }, "http://[::1]:9702/analyze", "http://[::1]:9702/health"],
    [{ url: "https://models.example" }, "https://models.example/analyze", "https://models.example/health"],
    [{ url: "https://h:8443/yolo/predict?v=2" }, "https://h:8443/yolo/predict?v=2", "https://h:8443/health"],
    [{ url: "http://[fd00::7]:81/a", health: "/up" }, "http://[fd00::7]:81/a", "http://[fd00::7]:81/up"],
    [{ url: "http://h/a", health: "none" }, "http://h/a", undefined],
    [
      { api: "openai", url: "https://gateway.example/v1/?version=3", options: { model: "m" } },
      "https://gateway.example/v1/chat/completions?version=3",
      "https://gateway.example/v1/models?version=3"
    ],
    [
      { api: "ollama", url: "http://gpu:11434", options: { model: "llava" } },
      "http://gpu:11434/api/chat",
      "http://gpu:11434/api/version"
    ],
    [{ api: "deepstack", port: 5000 }, "http://127.0.0.1:5000/v1/vision/detection", undefined],
    [{ api: "huggingface", url: "https://x.endpoints.example" }, "https://x.endpoints.example/", undefined]
  ])("asks %j at %s", (entry, analyze, health) => {
    const service = one(entry)
    assert.strictEqual(ServiceCatalog.analyzeUrl(service), analyze)
    assert.strictEqual(ServiceCatalog.healthUrl(service), health)
  })

  it.each([
    ["127.0.0.1:9401", /without a port/],
    ["http://127.0.0.1", /belongs into "url"/],
    ["host/path", /without a path/],
    ["two words", /Expected a host name or address/],
    ["a..b", /Expected a host name or address/],
    ["::1::2", /without a port/],
    ["999.1.1.1", /Expected a host name or address/],
    ["-a", /Expected a host name or address/]
  ])("refuses the host %s, with the path of the setting", (host, message) => {
    const [problem] = problems({ yolov8: { host } })
    assert.match(problem!, /^services\.yolov8\.host: /)
    assert.match(problem!, message)
  })

  it.each([
    ["ftp://host/a", /http:\/\/ or https:\/\//],
    ["http://", /check host and port/],
    ["http://host:99999/", /check host and port/],
    ["http://me:secret@host/", /without user and password/],
    ["http://host/#part", /without #/]
  ])("refuses the url %s", (url, message) => {
    const [problem] = problems({ yolov8: { url } })
    assert.match(problem!, /^services\.yolov8\.url: /)
    assert.match(problem!, message)
    assert.notInclude(problem!, "secret")
  })

  it("takes several services at one host and port, when they are asked different things", () => {
    const at = { api: "ollama", url: "http://gpu:11434", kind: "semantic" }
    assert.deepEqual(
      problems({ one: { ...at, options: { model: "llava" } }, two: { ...at, options: { model: "moondream" } } }),
      []
    )
    assert.deepEqual(
      problems({ one: { url: "http://h/a", kind: "spatial" }, two: { url: "http://h/b", kind: "spatial" } }),
      []
    )
    assert.deepEqual(problems({ one: { ...at, options: { model: "m" } }, two: { ...at, options: { model: "m" } } }), [
      "services.two.url: http://gpu:11434/api/chat is already used by one"
    ])
  })
})

describe("decode, protocols", () => {
  it("lists every problem of options with its path", () => {
    assert.deepEqual(
      problems({
        a: { api: "ollama", url: "http://h", kind: "semantic", options: { promt: "x" } },
        b: {
          api: "kserve",
          url: "http://h",
          kind: "spatial",
          options: { model: "m", input: { name: "images", width: 0, height: 640 }, head: { type: "yolo", output: "o" } }
        },
        c: {
          api: "json",
          url: "http://h",
          kind: "spatial",
          options: { picture: { as: "body" }, predictions: "a..b", label: "l" }
        },
        d: { api: "json", url: "http://h/d", kind: "spatial", options: { picture: { as: "body" } } },
        e: { api: "deepstack", url: "http://h", kind: "spatial", options: { task: "ocr" } }
      }),
      [
        "services.a.options.promt: Unknown option of ollama",
        "services.a.options.model: Missing key",
        "services.b.options.input.width: Expected a value between 1 and 8192",
        "services.c.options.predictions: Expected a place in JSON such as predictions or outputs[0].items",
        "services.d.options.label: Missing: say where label, box or text is",
        "services.e.options.task: Expected detection, face, scene or custom/NAME"
      ]
    )
  })

  it("refuses what does not go together", () => {
    const http = { kind: "spatial", url: "http://h/a" }
    assert.deepEqual(
      problems({
        a: { ...http, host: "h", port: 1 },
        b: { ...http, api: "huggingface", boxes: { form: "xyxy" } },
        c: { ...http, url: "http://h/c", tls: { ca: "ca.pem" } },
        d: { ...http, url: "https://h/d", tls: { certificate: "c.pem" } },
        e: { ...http, url: "http://h/e", input: "url", maxPictureSize: 640, boxes: { unit: "normalized" } },
        f: { ...http, url: "http://h/f", api: "deepstack", input: "url" }
      }),
      [
        "services.a.host: Given twice: the url says it, too",
        "services.a.port: Given twice: the url says it, too",
        "services.b.boxes: huggingface says itself how boxes are written: remove it",
        "services.c.tls: Expected a url that begins with https://",
        "services.d.tls: Expected certificate and key together",
        'services.e.boxes.unit: Expected pixels: the size of a picture is known only when "input" is "upload"',
        'services.e.maxPictureSize: Expected "input" to be "upload"',
        "services.f.input: Expected upload: deepstack is handed pictures in no other way"
      ]
    )
  })

  it("hands a server that takes URLs by declaration the URL", () => {
    const [service] = Result.getOrThrow(
      decode({
        own: {
          api: "json",
          url: "http://h/a",
          kind: "classification",
          options: { picture: { as: "url", query: "image" }, label: "class" }
        }
      })
    )
    assert.strictEqual(service!.input, "url")
  })
})

describe("docs/services.md", () => {
  const text = readFileSync(new URL("../../docs/services.md", import.meta.url), "utf8")
  const entries = [...text.matchAll(/```json\n([^]*?)```/g)]
    .map(([, json]) => json!)
    .filter((json) => !json.includes('"status"'))

  it("has complete entries to copy, one for each protocol at least", () => {
    const catalogs = entries.map((json) => {
      const parsed = JSON.parse(json.startsWith("{") ? json : `{${json}}`)
      return Result.getOrThrow(ServiceCatalog.decode("services" in parsed ? parsed : { services: parsed }))
    })
    const spoken = new Set(catalogs.flat().map(({ api }) => api.name))
    assert.deepEqual([...spoken].sort(), Protocols.names.toSorted())
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
