import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import * as Networks from "../../../src/layers/http/Networks.ts"
import * as SignedPostman from "../../../src/layers/http/SignedPostman.ts"
import { Postman } from "../../../src/services/Postman.ts"
import { serve } from "../../support/HttpServers.ts"

const deliver = (url: string, ...networks: ReadonlyArray<string>) =>
  Postman.use((postman) =>
    postman.deliver({ name: "test", url, secret: "a secret of 16 characters" }, { id: "7", body: '{"a":"ü"}' })
  ).pipe(
    Effect.provide(SignedPostman.layer(Result.getOrThrow(Networks.parse(networks)))),
    Effect.result,
    Effect.map((result) => (Result.isFailure(result) ? result.failure.message : "delivered"))
  )

describe("SignedPostman", () => {
  it("signs as Standard Webhooks does", () => {
    // The example of its specification.
    assert.strictEqual(
      SignedPostman.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}'
      ),
      "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )
  })

  it.live("sends the body with id, time and signature of just that", () =>
    Effect.gen(function* () {
      const got: Array<string> = []
      const port = yield* serve(({ headers }, response, body) => {
        const content = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`
        const isSigned = headers["webhook-signature"] === SignedPostman.signature("a secret of 16 characters", content)
        const age = Math.abs(Date.now() / 1000 - Number(headers["webhook-timestamp"]))
        got.push(`${headers["content-type"]} ${body} ${isSigned} ${age < 10}`)
        response.writeHead(204).end()
      })
      assert.strictEqual(yield* deliver(`http://127.0.0.1:${port}/hook?token=1`, "127.0.0.1"), "delivered")
      assert.deepStrictEqual(got, ['application/json {"a":"ü"} true true'])
    }).pipe(Effect.scoped)
  )

  it.live("says why it did not arrive, follows no redirect, and dials no private network unless it is allowed", () =>
    Effect.gen(function* () {
      let asked = 0
      const port = yield* serve((request, response) => {
        asked++
        if (request.url === "/moved") response.writeHead(302, { location: "/" }).end()
        else response.writeHead(500).end()
      })
      const url = `http://127.0.0.1:${port}`
      assert.strictEqual(yield* deliver(`${url}/`, "127.0.0.1"), "it answers HTTP 500")
      assert.strictEqual(yield* deliver(`${url}/moved`, "127.0.0.1"), "it answers HTTP 302")
      assert.strictEqual(asked, 2)
      assert.match(yield* deliver(url), /127\.0\.0\.1 is not an address of the public internet/)
      assert.match(yield* deliver(`http://localhost:${port}`), /is not an address of the public internet/)
      assert.strictEqual(asked, 2)
      assert.match(yield* deliver("http://127.0.0.1:1", "127.0.0.1"), /ECONNREFUSED/)
    }).pipe(Effect.scoped)
  )
})
