import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Metric, Result } from "effect"
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib"
import type { EncodedImage } from "../../../src/domain/ImageReference.ts"
import type { Service } from "../../../src/domain/ServiceCatalog.ts"
import * as Reply from "../../../src/domain/Reply.ts"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import * as HttpInference from "../../../src/layers/http/HttpInference.ts"
import { type Handover, Inference, type InferenceError, type Unavailable } from "../../../src/services/Inference.ts"
import { type Handler, json, serve } from "../../support/HttpServers.ts"

const { layer } = HttpInference

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

const messageOf = (result: Result.Result<unknown, Error>): string =>
  Result.isFailure(result) ? result.failure.message : "success"

const reasonOf = (result: Result.Result<unknown, { readonly reason: { readonly _tag: string } }>): string =>
  Result.isFailure(result) ? result.failure.reason._tag : "success"

const signOf = (result: Result.Result<unknown, InferenceError>) =>
  Result.isFailure(result) && result.failure.reason._tag === "Unavailable" ? result.failure.reason.sign : "success"

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
      const service = { ...blip, port, concurrency: 6 }
      const hurried = { ...service, timeout: Duration.millis(100) }
      const results = yield* Effect.forEach(
        Array.from({ length: 90 }, (_, i) => i),
        (i) => {
          const bytes = Buffer.from(`PICTURE ${i} ${"x".repeat(1000 * i)} END`)
          const asked = i % 7 === 5 ? hurried : service
          return Effect.result(inference.analyze(asked, { _tag: "Upload", image: { ...picture, bytes } }))
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
      assert.strictEqual(signOf(result), "Unreached")
    }).pipe(Effect.provide(layer))
  )

  it.live("cannot reach a host that has no address", () =>
    Effect.gen(function* () {
      const inference = yield* Inference
      const result = yield* Effect.result(inference.analyze({ ...blip, host: "blip.invalid" }, upload))
      assert.strictEqual(signOf(result), "Unreached")
    }).pipe(Effect.provide(layer))
  )

  it.live.each<[string, Handler, Unavailable["sign"]]>([
    ["is away when it breaks off before it answers", (request) => request.socket.destroy(), "BrokenOff"],
    [
      "is away when it breaks off in its answer",
      (request, response) => {
        response.writeHead(200, { "content-length": "100" }).write("{")
        setTimeout(() => request.socket.destroy(), 20)
      },
      "BrokenOff"
    ],
    ["is away when its gateway finds none behind it", (_, response) => json(response, 502, {}), "Unserving"],
    ["is away when it says that it does not serve", (_, response) => json(response, 503, {}), "Unserving"],
    ["is away when its gateway hears nothing of it", (_, response) => json(response, 504, {}), "Unserving"],
    ["is there when it has an error", (_, response) => json(response, 500, {}), undefined],
    ["is there when it is asked too much", (_, response) => json(response, 429, {}), undefined]
  ])("%s", ([, handler, sign]) =>
    Effect.gen(function* () {
      const { requests, result } = yield* analyze(handler)
      assert.strictEqual(reasonOf(result), "Unavailable")
      assert.strictEqual(signOf(result), sign)
      assert.isAtMost(requests, 3)
    })
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

  it.live("reads a packed reply that nobody asked for", () =>
    Effect.gen(function* () {
      for (const [encoding, pack] of [
        ["gzip", gzipSync],
        ["deflate", deflateSync],
        ["br", brotliCompressSync]
      ] as const) {
        const { result } = yield* analyze((_, response) =>
          response.writeHead(200, { "content-encoding": encoding }).end(pack(JSON.stringify(success)))
        )
        assert.deepEqual(Result.getOrThrow(result).data, success, encoding)
      }
    })
  )

  it.live("names a packing that it cannot undo, and unpacks no bomb", () =>
    Effect.gen(function* () {
      const unknown = yield* analyze((_, response) => response.writeHead(200, { "content-encoding": "zstd" }).end("x"))
      assert.match(messageOf(unknown.result), /unreadable reply: its content-encoding is zstd/)
      const bomb = gzipSync(Buffer.alloc(17 * 1024 * 1024))
      const large = yield* analyze((_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(bomb))
      assert.match(messageOf(large.result), /unreadable reply: more than 16 MiB/)
    })
  )

  it.live("reads a reply with NaN, which costs the field", () =>
    Effect.gen(function* () {
      const { result } = yield* analyze((_, response) =>
        response.writeHead(200).end('{"status": "success", "predictions": [{"text": "a", "score": NaN}]}')
      )
      assert.deepEqual(Result.getOrThrow(result).data, {
        status: "success",
        predictions: [{ text: "a", score: "NaN" }]
      })
    })
  )

  it.live("says where a service has moved to", () =>
    Effect.gen(function* () {
      const { requests, result } = yield* analyze((_, response) =>
        response.writeHead(307, { location: "/analyze/" }).end()
      )
      assert.strictEqual(
        messageOf(result),
        'blip refused the image: HTTP 307, moved to /analyze/: set "endpoint" to that'
      )
      assert.strictEqual(requests, 1)
    })
  )

  it.live("sets a reply aside whose boxes cannot be pixels of the picture, and keeps it", () =>
    Effect.gen(function* () {
      const predictions = [{ label: "dog", bbox: [0.1, 0.2, 0.3, 0.4] }]
      const large = { ...picture, width: 400, height: 300 }
      const { result } = yield* analyze(
        (_, response) => json(response, 200, { ...success, predictions }),
        { _tag: "Upload", image: large },
        { kind: "spatial" }
      )
      assert.strictEqual(reasonOf(result), "UnreadableReply")
      assert.match(messageOf(result), /set "boxes": \{"form": "xywh", "unit": "normalized"\}/)
      assert.deepInclude(Result.isFailure(result) ? result.failure.reason : {}, { data: { ...success, predictions } })
    })
  )

  it.live("notes single boxes that lie outside by far, which then do not count", () =>
    Effect.gen(function* () {
      const predictions = [
        { label: "dog", bbox: [10, 20, 30, 40] },
        { label: "cat", bbox: [1000, 20, 30, 40] }
      ]
      const { result } = yield* analyze(
        (_, response) => json(response, 200, { ...success, predictions }),
        { _tag: "Upload", image: { ...picture, width: 400, height: 300 } },
        { kind: "spatial" }
      )
      const reply = Result.getOrThrow(Reply.decode(Result.getOrThrow(result).data, "spatial"))
      assert.deepEqual(
        reply.predictions.map(({ index }) => index),
        [0]
      )
      assert.deepEqual(reply.diagnostics, [
        { index: 1, problem: "bbox 1000, 20, 30, 40 lies outside the picture of 400 x 300 pixels by far" }
      ])
      const counters = yield* Metric.snapshot
      const counted = counters.find(({ id }) => id === "windmill_predictions_set_aside_total")
      assert.deepInclude(counted as object, { attributes: { service: "blip" } })
    })
  )

  // The clock of the test stands still: a pause before a retry would never end.
  it.effect("asks again at once, uncounted, when a server closed the connection while it was idle", () =>
    Effect.gen(function* () {
      // Every connection answers once, and is reset by the next request on it.
      const answered = new WeakSet<object>()
      let resets = 0
      const port = yield* serve((request, response) => {
        if (answered.has(request.socket)) {
          resets++
          return request.socket.resetAndDestroy()
        }
        answered.add(request.socket)
        json(response, 200, success)
      })
      const inference = yield* Inference
      const service = { ...blip, port, concurrency: 1 }
      for (let i = 0; i < 5; i++) {
        assert.deepEqual((yield* inference.analyze(service, upload)).data, success)
      }
      assert.isAbove(resets, 0)
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.live("counts a reset of a connection that is new", () =>
    Effect.gen(function* () {
      const { requests, result } = yield* analyze((request) => request.socket.resetAndDestroy())
      assert.strictEqual(reasonOf(result), "Unavailable")
      assert.strictEqual(requests, 3)
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

  it.live("takes a slow answer for one, within the service's timeout", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const inference = yield* Inference
        const port = yield* serve((_, response) => void setTimeout(() => json(response, 200, {}), 200))
        assert.isTrue(yield* inference.isHealthy({ ...blip, port }))
        assert.isFalse(yield* inference.isHealthy({ ...blip, port, timeout: Duration.millis(50) }))
      })
    ).pipe(Effect.provide(layer))
  )

  it.live("thinks a service worth a try that has nothing to say its health with", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const inference = yield* Inference
        const port = yield* serve((_, response) => json(response, 404, { error: "not found" }))
        assert.isTrue(yield* inference.isHealthy({ ...blip, port }))
        assert.isTrue(yield* inference.isHealthy({ ...blip, port: 1, health: undefined }))
      })
    ).pipe(Effect.provide(layer))
  )
})
