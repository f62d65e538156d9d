import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Result } from "effect"
import type { EncodedImage } from "../../../src/domain/ImageReference.ts"
import type { Service } from "../../../src/domain/ServiceCatalog.ts"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import * as HttpInference from "../../../src/layers/http/HttpInference.ts"
import { type Handover, Inference } from "../../../src/services/Inference.ts"
import { type Handler, json, serve } from "../../support/HttpServers.ts"

const layer = HttpInference.layer.pipe(Layer.provide(NodeHttpClient.layerUndici))

const picture: EncodedImage = {
  bytes: new TextEncoder().encode("the bytes"),
  mediaType: "image/jpeg",
  filename: "a.jpg",
  width: 4,
  height: 3
}
const upload: Handover = { _tag: "Upload", image: picture }

const blip = ServiceCatalog.standard.find(({ id }) => id === "blip")!
const success = { service: "blip", status: "success", predictions: [], metadata: { processing_time: 0.25 } }

/** What a blip that answers like `handler` makes of the picture, and how often it was asked. */
const analyze = (handler: Handler, handover: Handover = upload, changes: Partial<Service> = {}) =>
  Effect.scoped(
    Effect.gen(function* () {
      let requests = 0
      const port = yield* serve((...request) => {
        requests++
        handler(...request)
      })
      const inference = yield* Inference
      const result = yield* Effect.result(inference.analyze({ ...blip, port, ...changes }, handover))
      return { result, requests }
    })
  ).pipe(Effect.provide(layer))

const reasonOf = (result: Result.Result<unknown, { readonly reason: { readonly _tag: string } }>): string =>
  Result.isFailure(result) ? result.failure.reason._tag : "success"

describe("analyze", () => {
  it.live("uploads the bytes as the multipart field `file` and keeps the whole reply", () =>
    Effect.gen(function* () {
      let sent = ""
      const reply = { ...success, unknown: [1, { deep: true }] }
      const { result } = yield* analyze((request, response, body) => {
        sent = `${request.method} ${request.url} ${request.headers["content-type"]} ${body.toString()}`
        json(response, 200, reply)
      })
      assert.deepEqual(result, Result.succeed({ data: reply, processingTime: 0.25 }))
      assert.match(sent, /^POST \/analyze multipart\/form-data/)
      assert.match(sent, /name="file"; filename="a\.jpg"\r\nContent-Type: image\/jpeg\r\n\r\nthe bytes\r\n/)
    })
  )

  it.live("sends every picture whole, whatever became of those before it", () =>
    Effect.gen(function* () {
      const inference = yield* Inference
      // Some are refused, some asked again, some given up while they are under way.
      const port = yield* serve((_, response, body) => {
        const picture = /PICTURE (\d+) (x*) END/.exec(body.toString("latin1"))
        const i = Number(picture?.[1])
        if (picture?.[2]?.length !== 1000 * i) return json(response, 400, { error: "mutilated" })
        if (i % 7 === 3) return json(response, 404, { error: "refused" })
        if (i % 7 === 5) return
        setTimeout(() => json(response, 200, { ...success, picture: i }), i % 4)
      })
      const service = { ...blip, port, concurrency: 6, timeout: Duration.millis(100) }
      const results = yield* Effect.forEach(
        Array.from({ length: 90 }, (_, i) => i),
        (i) => {
          const bytes = Buffer.from(`PICTURE ${i} ${"x".repeat(1000 * i)} END`)
          return Effect.result(inference.analyze(service, { _tag: "Upload", image: { ...picture, bytes } }))
        },
        { concurrency: 20 }
      )
      results.forEach((result, i) => {
        if (i % 7 === 3) assert.match(Result.isFailure(result) ? result.failure.message : "", /refused$/)
        else if (i % 7 === 5) assert.strictEqual(reasonOf(result), "Unavailable")
        else assert.deepEqual(Result.getOrThrow(result).data, { ...success, picture: i })
      })
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.live("gives a service that reads URLs the URL, escaped", () =>
    Effect.gen(function* () {
      let asked = ""
      yield* analyze(
        (request, response) => {
          asked = `${request.method} ${request.url}`
          json(response, 200, success)
        },
        { _tag: "Url", url: "http://nas/a b.jpg?x=1&y=2" }
      )
      assert.strictEqual(asked, "GET /analyze?url=http%3A%2F%2Fnas%2Fa+b.jpg%3Fx%3D1%26y%3D2")
    })
  )

  it.live("tries again what passes, and succeeds", () =>
    Effect.gen(function* () {
      let first = true
      const { requests, result } = yield* analyze((_, response) => {
        json(response, first ? 503 : 200, success)
        first = false
      })
      assert.isTrue(Result.isSuccess(result))
      assert.strictEqual(requests, 2)
    })
  )

  it.live("gives up on a service that stays away, after a few tries", () =>
    Effect.gen(function* () {
      const { requests, result } = yield* analyze((_, response) => json(response, 500, { error: "out of memory" }))
      assert.strictEqual(reasonOf(result), "Unavailable")
      assert.match(
        Result.isFailure(result) ? result.failure.message : "",
        /blip is unavailable: HTTP 500: out of memory/
      )
      assert.strictEqual(requests, 3)
    })
  )

  it.live("does not ask a service that wants a long pause again", () =>
    Effect.gen(function* () {
      const { requests, result } = yield* analyze((_, response) => json(response, 429, {}, { "retry-after": "60" }))
      assert.strictEqual(requests, 1)
      assert.deepInclude(Result.isFailure(result) ? result.failure.reason : {}, { retryAfter: Duration.seconds(60) })
    })
  )

  it.live("waits for an answer no longer than the service's timeout", () =>
    Effect.gen(function* () {
      const { result } = yield* analyze(() => {}, upload, { timeout: Duration.millis(30) })
      assert.strictEqual(reasonOf(result), "Unavailable")
    })
  )

  it.live("cannot reach a port nobody listens on", () =>
    Effect.gen(function* () {
      const inference = yield* Inference
      const result = yield* Effect.result(inference.analyze({ ...blip, port: 1 }, upload))
      assert.strictEqual(reasonOf(result), "Unavailable")
    }).pipe(Effect.provide(layer))
  )

  it.live.each([
    ["HTTP 400 with an error object", 400, { status: "error", error: { message: "File too large" } }],
    ["HTTP 413 with an error string", 413, { status: "error", error: "File too large" }],
    ["HTTP 200 that says error", 200, { status: "error", predictions: [], error: { message: "File too large" } }]
  ] as const)("takes %s for a refusal, once", ([, status, body]) =>
    Effect.gen(function* () {
      const { requests, result } = yield* analyze((_, response) => json(response, status, body))
      assert.strictEqual(reasonOf(result), "Refused")
      assert.match(Result.isFailure(result) ? result.failure.message : "", /File too large/)
      assert.strictEqual(requests, 1)
    })
  )

  it.live.each([
    ["HTML", "<html>It works</html>"],
    ["truncated JSON", '{"status":"success","predictions":[{"te'],
    ["JSON that is no reply", "[1,2,3]"],
    ["predictions that are no list", '{"status":"success","predictions":{}}']
  ])("calls %s unreadable", ([, body]) =>
    Effect.gen(function* () {
      const { result } = yield* analyze((_, response) => response.writeHead(200).end(body))
      assert.strictEqual(reasonOf(result), "UnreadableReply")
    })
  )

  it.live("keeps no more requests in flight than the service allows", () =>
    Effect.scoped(
      Effect.gen(function* () {
        let inFlight = 0
        let most = 0
        const port = yield* serve((_, response) => {
          most = Math.max(most, ++inFlight)
          setTimeout(() => {
            inFlight--
            json(response, 200, success)
          }, 10)
        })
        const inference = yield* Inference
        const service = { ...blip, port, concurrency: 3 }
        yield* Effect.forEach(Array.from({ length: 12 }), () => inference.analyze(service, upload), {
          concurrency: "unbounded"
        })
        assert.strictEqual(most, 3)
      })
    ).pipe(Effect.provide(layer))
  )
})

describe("isHealthy", () => {
  it.live("goes by the HTTP status alone", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const inference = yield* Inference
        const degraded = yield* serve((_, response) => json(response, 200, { status: "degraded" }))
        const broken = yield* serve((_, response) => json(response, 503, { status: "healthy" }))
        assert.isTrue(yield* inference.isHealthy({ ...blip, port: degraded }))
        assert.isFalse(yield* inference.isHealthy({ ...blip, port: broken }))
        assert.isFalse(yield* inference.isHealthy({ ...blip, port: 1 }))
      })
    ).pipe(Effect.provide(layer))
  )

  it.live("does not read an answer that never ends", () =>
    Effect.scoped(
      Effect.gen(function* () {
        let sent = 0
        const port = yield* serve((_, response) => {
          const more = () => {
            while (!response.destroyed && response.write(Buffer.alloc(64 * 1024))) sent++
            response.once("drain", more)
          }
          more()
        })
        const inference = yield* Inference
        const [duration, healthy] = yield* Effect.timed(inference.isHealthy({ ...blip, port }))
        assert.isTrue(healthy)
        assert.isBelow(Duration.toSeconds(duration), 2)
        assert.isBelow(sent * 64 * 1024, 16 * 1024 * 1024)
      })
    ).pipe(Effect.provide(layer))
  )
})
