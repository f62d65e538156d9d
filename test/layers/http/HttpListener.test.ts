import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Option } from "effect"
import { HttpServer, HttpServerResponse } from "effect/http"
import * as NodeHttp from "node:http"
import * as HttpListener from "../../../src/layers/http/HttpListener.ts"

/** What a connection of its own is answered; given up when it is interrupted. */
const get = (address: string) =>
  Effect.callback<string>((resume) => {
    const request = NodeHttp.get(address, { agent: false }, (response) => {
      let text = ""
      response.on("data", (part: Buffer) => (text += part.toString()))
      response.on("end", () => resume(Effect.succeed(text)))
    })
    request.on("error", () => {})
    return Effect.sync(() => request.destroy())
  })

describe("HttpListener", () => {
  it.live("answers what is asked before it has a handler, unless it was given up", () =>
    Effect.gen(function* () {
      const server = yield* HttpServer.HttpServer
      const address = HttpServer.formatAddress(server.address)
      const early = yield* Effect.forkChild(Effect.all([get(address), get(address)], { concurrency: "unbounded" }))
      assert.isTrue(Option.isNone(yield* Effect.timeoutOption(get(address), "50 millis")))
      yield* Effect.sleep("50 millis")
      let handled = 0
      yield* server.serve(Effect.sync(() => HttpServerResponse.text(`answer ${++handled}`)))
      assert.deepStrictEqual(yield* Fiber.join(early), ["answer 1", "answer 2"])
      assert.strictEqual(yield* get(address), "answer 3")
    }).pipe(Effect.scoped, Effect.provide(HttpListener.layer({ host: "127.0.0.1", port: 0 })))
  )
})
