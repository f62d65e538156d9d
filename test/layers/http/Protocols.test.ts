import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Logger, Result, type Scope } from "effect"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import * as Reply from "../../../src/domain/Reply.ts"
import * as HttpInference from "../../../src/layers/http/HttpInference.ts"
import { Inference } from "../../../src/services/Inference.ts"
import * as OtelTracing from "../../../src/layers/telemetry/OtelTracing.ts"
import * as Certificates from "../../support/Certificates.ts"
import * as Collector from "../../support/Collector.ts"
import * as ModelEntries from "../../support/ModelEntries.ts"
import * as ModelServers from "../../support/ModelServers.ts"

const box = { x: 200, y: 80, width: 120, height: 160 }
const size = { width: 640, height: 400 }

const serviceOf = (entry: object): ServiceCatalog.Service =>
  Result.getOrThrow(
    ServiceCatalog.decode({ services: { own: { kind: "spatial", timeout: "10 seconds", ...entry } } })
  )[0]!

const { detectors } = ModelEntries

const environment = ConfigProvider.layer(ConfigProvider.fromUnknown(ModelEntries.environment))

/** The detections of a service about the red picture. */
const detect = Effect.fnUntraced(function* (service: ServiceCatalog.Service, format?: "jpeg" | "png" | "webp") {
  const inference = yield* Inference
  const image = yield* Effect.promise(() => ModelServers.redPicture({ ...size, box }, format))
  const { data } = yield* inference.analyze(service, { _tag: "Upload", image })
  return Reply.detections(Result.getOrThrow(Reply.decode(data, service.kind)), service.id)
})

const isTheBox = (
  detections: ReadonlyArray<{ readonly label: string; readonly box: ModelServers.Box }>,
  tolerance: number
) => {
  assert.deepEqual(
    detections.map(({ label }) => label),
    ["person"]
  )
  for (const side of ["x", "y", "width", "height"] as const) {
    assert.approximately(detections[0]!.box[side], box[side], tolerance, side)
  }
}

const run = <A, E>(test: Effect.Effect<A, E, Inference | Scope.Scope>) =>
  test.pipe(Effect.scoped, Effect.provide(HttpInference.layer), Effect.provide(environment))

describe("a server that speaks", () => {
  it.live.each(ModelEntries.names)("%s is asked over HTTP, and its boxes are in the picture's pixels", (name) =>
    run(
      Effect.gen(function* () {
        const { entry, model } = detectors[name]
        const { port } = yield* ModelServers.serve(model())
        const service = serviceOf(entry(`http://127.0.0.1:${port}`))
        isTheBox(yield* detect(service), 3)
        // Half as large it is seen less exactly, in the same place.
        const smaller = { ...service, id: "smaller" as never, maxPictureSize: 320 }
        isTheBox(yield* detect(smaller, "jpeg"), 5)
        assert.isTrue(yield* (yield* Inference).isHealthy(service))
      })
    )
  )

  it.live.each(["windmill", "openai", "kserve"] as const)(
    "%s is asked over https, when its authority is known",
    (name) =>
      run(
        Effect.gen(function* () {
          const { entry, model } = detectors[name]
          const authority = yield* Certificates.authority
          const { certificate, key } = authority.issue(["DNS:localhost", "IP:127.0.0.1"])
          const { port } = yield* ModelServers.serve(model(), { cert: certificate, key })
          const url = `https://localhost:${port}`
          isTheBox(yield* detect(serviceOf({ ...entry(url), tls: { ca: authority.path } })), 3)
          const { message } = yield* Effect.flip(detect(serviceOf(entry(url))))
          assert.match(message, /^own is unavailable: .*certificate.*tls\.ca/)
        })
      )
  )

  it.live("https and wants a certificate is shown one", () =>
    run(
      Effect.gen(function* () {
        const authority = yield* Certificates.authority
        const server = authority.issue(["DNS:localhost"])
        const client = authority.issue(["DNS:worker"])
        const tls = { cert: server.certificate, key: server.key, clients: authority.certificate }
        const { port } = yield* ModelServers.serve(ModelServers.windmill, tls)
        const { certificate, key } = client.paths
        const entry = { url: `https://localhost:${port}/analyze`, tls: { ca: authority.path, certificate, key } }
        isTheBox(yield* detect(serviceOf(entry)), 0)
        const stranger = yield* Effect.flip(detect(serviceOf({ ...entry, tls: { ca: authority.path } })))
        assert.strictEqual((stranger as { readonly reason?: { readonly _tag: string } }).reason?._tag, "Unavailable")
      })
    )
  )
})

describe("secrets", () => {
  it.live("are in no error, no log and no reply, however often the server quotes them", () =>
    run(
      Effect.gen(function* () {
        const written: Array<string> = []
        const logger = Logger.make(({ message }) => void written.push(String(message)))
        const { port } = yield* ModelServers.serve(ModelServers.openai)
        const entry = detectors.openai.entry(`http://127.0.0.1:${port}`)
        const service = serviceOf({ ...entry, headers: { Authorization: "Bearer wrong-${MODEL_KEY}" } })
        const error = yield* Effect.flip(detect(service)).pipe(Effect.provide(Logger.layer([logger])))
        written.push(String(error), JSON.stringify(error), JSON.stringify(service))
        assert.match(written.join(), /HTTP 401: Incorrect API key provided: wrong-…\./)
        assert.notInclude(written.join(), "sk-test")
      })
    )
  )

  it.live("are in no span that leaves the process, wherever in the settings they are", () =>
    Effect.gen(function* () {
      const collector = yield* Collector.make
      const env = { ...ModelEntries.environment, OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint }
      const { port } = yield* ModelServers.serve(ModelServers.openai)
      const entry = detectors.openai.entry(`http://127.0.0.1:${port}`)
      const inHeaders = serviceOf({
        ...entry,
        headers: { Authorization: "Bearer ${MODEL_KEY}", "X-Key": "${MODEL_KEY}" }
      })
      const inQuery = serviceOf({ url: `http://127.0.0.1:${port}/analyze?key=\${MODEL_KEY}` })
      const quoted = serviceOf({ ...entry, headers: { Authorization: "Bearer wrong-${MODEL_KEY}" } })
      yield* Effect.gen(function* () {
        isTheBox(yield* detect(inHeaders), 3)
        for (const service of [inQuery, quoted]) yield* Effect.flip(detect(service))
      }).pipe(
        Effect.withSpan("Worker.handle"),
        Effect.provide(HttpInference.layer),
        Effect.provide(OtelTracing.layer({ serviceName: "test", serviceVersion: "1" })),
        Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env })))
      )
      assert.lengthOf(
        collector.spans().filter(({ name }) => name === "POST"),
        3
      )
      assert.notInclude(collector.received(), ModelEntries.environment.MODEL_KEY)
    }).pipe(Effect.scoped)
  )

  it.live("that are not set are named, and the service is left for later", () =>
    run(
      Effect.gen(function* () {
        const service = serviceOf({ url: "http://127.0.0.1:1/a", headers: { "X-Key": "${NO_SUCH_KEY}" } })
        const error = yield* Effect.flip(detect(service))
        assert.strictEqual(
          (error as Error).message,
          "own is unavailable: NO_SUCH_KEY of its settings is not set in the environment"
        )
      })
    )
  )
})

describe("the picture", () => {
  it.live("is converted to a format the service reads", () =>
    run(
      Effect.gen(function* () {
        const { asked, port } = yield* ModelServers.serve(ModelServers.windmill)
        const service = serviceOf({ url: `http://127.0.0.1:${port}/analyze`, pictureFormats: ["jpeg"] })
        isTheBox(yield* detect(service, "webp"), 2)
        isTheBox(yield* detect(service, "jpeg"), 2)
        for (const { body } of asked)
          assert.match(body.toString("latin1"), /filename="red\.jpg"\r\nContent-Type: image\/jpeg\r\n\r\n\xff\xd8/)
      })
    )
  )

  it.live("is scaled down once for all services that want it as large", () =>
    run(
      Effect.gen(function* () {
        const { asked, port } = yield* ModelServers.serve(ModelServers.windmill)
        const service = serviceOf({ url: `http://127.0.0.1:${port}/analyze`, maxPictureSize: 160 })
        yield* Effect.all([detect(service), detect({ ...service, id: "other" as never })], { concurrency: 2 })
        const pictures = asked.map(({ body }) => body.subarray(body.indexOf("\r\n\r\n"), -60).toString("latin1"))
        assert.strictEqual(pictures.length, 2)
        assert.strictEqual(pictures[0], pictures[1])
      })
    )
  )

  it.live.each([
    ["gray", { channels: 3, background: "#888" }, "b-w"],
    ["with alpha", { channels: 4, background: "#e0181880" }, "srgb"]
  ] as const)("%s becomes pixels of three channels", ([, create, space]) =>
    run(
      Effect.gen(function* () {
        const { default: sharp } = yield* Effect.promise(() => import("sharp"))
        const bytes = yield* Effect.promise(() =>
          sharp({ create: { width: 64, height: 40, ...create } })
            .toColourspace(space)
            .png()
            .toBuffer()
        )
        const { asked, port } = yield* ModelServers.serve(ModelServers.kserve)
        const service = serviceOf(detectors.kserve.entry(`http://127.0.0.1:${port}`))
        const image = { bytes, mediaType: "image/png", filename: "a.png", width: 64, height: 40 }
        yield* (yield* Inference).analyze(service, { _tag: "Upload", image })
        const header = Number(asked[0]!.headers["inference-header-content-length"])
        assert.strictEqual(asked[0]!.body.length - header, 4 * 3 * 320 * 320)
      })
    )
  )
})
