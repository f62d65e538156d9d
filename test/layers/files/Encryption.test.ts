import { assert, describe, it } from "@effect/vitest"
import * as Encryption from "../../../src/layers/files/Encryption.ts"

const server = { name: "RabbitMQ", host: "broker", port: 5671, prefix: "QUEUE", url: "AMQP_URL" } as const

const refusalOf = (properties: object) =>
  Encryption.refusalOf(Object.assign(new Error("as OpenSSL says"), properties), server)

describe("refusalOf", () => {
  it.each(["DEPTH_ZERO_SELF_SIGNED_CERT", "SELF_SIGNED_CERT_IN_CHAIN", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"])(
    "says whom to trust when it is %s",
    (code) => {
      assert.strictEqual(
        refusalOf({ code }),
        "RabbitMQ at broker:5671 has a certificate that no trusted authority vouches for (as OpenSSL says). " +
          "Set QUEUE_SSLROOTCERT to the certificate of the authority that signed it."
      )
    }
  )

  it.each([
    ["DNS:other, IP Address:10.0.0.1", "DNS:other, IP Address:10.0.0.1"],
    [undefined, "no host at all"]
  ])("says for which hosts the certificate is: %s", (subjectaltname, names) => {
    assert.strictEqual(
      refusalOf({ code: "ERR_TLS_CERT_ALTNAME_INVALID", cert: { subjectaltname } }),
      `RabbitMQ at broker:5671 has a certificate for ${names}, not for this host. ` +
        "Correct QUEUE_HOST or the host of AMQP_URL, or give the server a certificate for broker."
    )
  })

  it("leaves failures alone that another try may mend", () => {
    assert.isUndefined(refusalOf({ code: "ECONNREFUSED" }))
    assert.isUndefined(refusalOf({}))
    assert.isUndefined(Encryption.refusalOf("gone", server))
  })
})
