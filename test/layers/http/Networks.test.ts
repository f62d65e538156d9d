import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as Networks from "../../../src/layers/http/Networks.ts"

const none = Result.getOrThrow(Networks.parse([]))

describe("isAllowed", () => {
  it("lets the public internet through", () => {
    for (const address of ["1.1.1.1", "93.184.216.34", "172.15.255.255", "172.32.0.0", "2606:4700:4700::1111"]) {
      assert.isTrue(Networks.isAllowed(address, none), address)
    }
  })

  it("refuses everything else", () => {
    const special = [
      "0.0.0.0",
      "10.1.2.3",
      "100.64.0.1",
      "127.0.0.1",
      "169.254.169.254",
      "172.16.0.1",
      "172.31.255.255",
      "192.168.1.1",
      "192.0.2.1",
      "198.19.0.1",
      "224.0.0.1",
      "255.255.255.255",
      "::",
      "::1",
      "fe80::1",
      "fe80::1%eth0",
      "fc00::1",
      "fd12::1",
      "ff02::1",
      "2001:db8::1",
      "2002:a00:1::1",
      "64:ff9b::a00:1",
      "::ffff:127.0.0.1",
      "::ffff:a00:1",
      "::ffff:169.254.169.254",
      "",
      "localhost",
      "1.1.1",
      "not an address"
    ]
    for (const address of special) assert.isFalse(Networks.isAllowed(address, none), address)
  })

  it("sees the IPv4 address in a mapped one", () => {
    assert.isTrue(Networks.isAllowed("::ffff:1.1.1.1", none))
    const allowed = Result.getOrThrow(Networks.parse(["10.0.0.0/8"]))
    assert.isTrue(Networks.isAllowed("::ffff:10.0.0.1", allowed))
  })

  it("lets through what is allowed besides, and no more", () => {
    const allowed = Result.getOrThrow(Networks.parse(["10.1.0.0/16", "::1"]))
    assert.isTrue(Networks.isAllowed("10.1.255.255", allowed))
    assert.isFalse(Networks.isAllowed("10.2.0.0", allowed))
    assert.isTrue(Networks.isAllowed("::1", allowed))
    assert.isFalse(Networks.isAllowed("::2", allowed))
  })
})

describe("parse", () => {
  it("names what is no network", () => {
    for (const network of [
      "10.0.0.0/33",
      "10.0.0/8",
      "localhost",
      "::/129",
      "10.0.0.0/8/8",
      "10.0.0.0/x",
      "10.0.0.0/",
      ""
    ]) {
      assert.deepStrictEqual(Networks.parse(["127.0.0.1", network]), Result.fail(network))
    }
  })
})
