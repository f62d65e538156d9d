import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { holderOf } from "../../../src/programs/api/Hosts.ts"
import * as Throttle from "../../../src/programs/api/Throttle.ts"

describe("holderOf", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:192.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::", "2001:db8:1:2::/64"],
    ["2001:db8::6", "2001:db8:0:0::/64"],
    ["2001::1:2:3:4:5:6", "2001:0:1:2::/64"],
    ["1::3:4:5:6:7:8", "1:0:3:4::/64"],
    ["::1", "0:0:0:0::/64"],
    ["64:ff9b::192.0.2.1", "64:ff9b:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["an unknown address", "an unknown address"]
  ])("of %s is %s", (address, holder) => {
    assert.strictEqual(holderOf(address), holder)
  })
})

describe("guard", () => {
  it.effect("slows down a network of IPv6 as a whole, and no other", () =>
    Effect.gen(function* () {
      const throttle = yield* Throttle.Throttle
      const wrong = (address: string) => Effect.result(throttle.guard(address, () => undefined))
      for (let i = 0; i < 10; i++) yield* wrong(`2001:db8::${i.toString(16)}`)
      const tagOf = (address: string) => Effect.map(wrong(address), ({ _tag }) => _tag)
      assert.deepStrictEqual(
        [yield* tagOf("2001:db8::ffff"), yield* tagOf("2001:db8:0:1::1"), yield* tagOf("192.0.2.1")],
        ["Failure", "Success", "Success"]
      )
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* tagOf("2001:db8::ffff"), "Success")
    }).pipe(Effect.provide(Throttle.layer))
  )
})
