import { assert, describe, it } from "@effect/vitest"
import type { GetMessage } from "amqplib"
import { Schema } from "effect"
import * as Messages from "../../../src/domain/Messages.ts"
import * as Envelope from "../../../src/layers/rabbitmq/Envelope.ts"

/** The message that the broker makes of a parcel, with headers it adds on the way. */
const delivered = ({ content, headers, id }: Envelope.Parcel, added: Record<string, unknown> = {}): GetMessage => ({
  content,
  fields: { deliveryTag: 1, redelivered: false, exchange: "", routingKey: "work", messageCount: 0 },
  properties: {
    ...absent,
    messageId: id === "" ? undefined : id,
    headers: { ...headers, ...added }
  }
})

const absent = {
  contentType: undefined,
  contentEncoding: undefined,
  deliveryMode: undefined,
  priority: undefined,
  correlationId: undefined,
  replyTo: undefined,
  expiration: undefined,
  timestamp: undefined,
  type: undefined,
  userId: undefined,
  appId: undefined,
  clusterId: undefined
}

/** What RabbitMQ notes on a message that expired. */
const death = {
  "x-death": [{ queue: "windmill.retry.1s", reason: "expired", count: 1 }],
  "x-first-death-exchange": "",
  "x-first-death-queue": "windmill.retry.1s",
  "x-first-death-reason": "expired",
  "x-last-death-queue": "windmill.retry.1s",
  "x-delivery-count": 3
}

const home = { exchange: "", routingKey: "p.work" }
const aside = { exchange: "p.windmill.dead", routingKey: "p.work" }
const later = { exchange: "p.windmill.retry.1s", routingKey: "p.work" }

const headers = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "x-request-id": "7" }

const wellFormed = Schema.String.check(
  Schema.makeFilter((text: string) => !/\p{Surrogate}/u.test(text), { expected: "no lone surrogate" })
)

describe("Envelope", () => {
  it("says why the broker took a message from its queue", () => {
    const reasonOf = (headers: Record<string, unknown>) =>
      Envelope.read({
        ...delivered(Envelope.first({ queue: "work", body: "" }, home)),
        properties: { ...absent, messageId: "1", headers }
      }).reason
    assert.match(reasonOf(death) ?? "", /^Its queue was deleted while it waited/)
    assert.match(reasonOf({ ...death, "x-first-death-queue": "p.work" }) ?? "", /a policy has a message-ttl/)
    assert.match(reasonOf({ ...death, "x-first-death-reason": "maxlen" }) ?? "", /a policy limits in length/)
  })

  it("knows what was set aside for nothing but that its queue was gone", () => {
    const isLost = (headers: Record<string, unknown>) =>
      Envelope.read({
        ...delivered(Envelope.first({ queue: "work", body: "" }, home)),
        properties: { ...absent, messageId: "1", headers }
      }).isLost
    assert.isTrue(isLost(death))
    assert.isFalse(isLost({ ...death, "x-first-death-queue": "p.work" }))
    assert.isFalse(isLost({ ...death, "x-first-death-reason": "maxlen" }))
    assert.isFalse(isLost({ ...death, "x-windmill-reason": "not a message of windmill" }))
    assert.isFalse(isLost({}))
  })

  it.prop("carries every body unchanged, from hand to hand", [wellFormed], ([body]) => {
    const first = Envelope.first({ queue: "work", body }, home)
    assert.strictEqual(Envelope.read(delivered(first)).body, body)
    const again = Envelope.again(delivered(first), "work", aside, { attempt: 1, reason: "no" })
    assert.strictEqual(Envelope.read(delivered(again)).body, body)
    assert.isTrue(again.content.equals(first.content))
  })

  it("keeps the sender's headers apart from what windmill and the broker note", () => {
    const first = Envelope.first({ queue: "work", body: "a", headers }, home)
    const message = delivered(first, death)
    const envelope = Envelope.read(message)
    assert.deepStrictEqual(envelope.headers, headers)
    assert.deepStrictEqual([envelope.attempt, envelope.returns], [1, 3])
    const retried = Envelope.again(message, "work", later, { attempt: 2 })
    assert.deepStrictEqual(retried.headers, { ...headers, "x-windmill-attempt": 2 })
    assert.strictEqual(retried.id, first.id)
    const dead = Envelope.again(delivered(retried), "work", aside, { attempt: 2, reason: "no" })
    const read = Envelope.read(delivered(dead))
    assert.deepStrictEqual([read.headers, read.attempt, read.reason, read.id], [headers, 2, "no", first.id])
    const replayed = Envelope.again(delivered(dead), "work", home, { attempt: 1 })
    assert.deepStrictEqual(replayed.headers, headers)
  })

  it("gives every message its own id", () => {
    const one = Envelope.first({ queue: "work", body: "a" }, home)
    const other = Envelope.first({ queue: "work", body: "a" }, home)
    assert.notStrictEqual(one.id, other.id)
  })

  it("names a message without an id after its content", () => {
    const foreign = (body: string) =>
      Envelope.read(delivered({ ...Envelope.first({ queue: "work", body }, home), id: "" })).id
    assert.strictEqual(foreign("a"), foreign("a"))
    assert.notStrictEqual(foreign("a"), foreign("b"))
  })

  it("reads messages of other programs: no headers, headers that are not text, nonsense in ours", () => {
    const message = delivered(Envelope.first({ queue: "work", body: "a" }, home), {
      count: 7,
      nested: { a: 1 },
      "x-windmill-attempt": "many"
    })
    assert.deepInclude(Envelope.read(message), { headers: {}, attempt: 1, returns: 0 })
    assert.deepStrictEqual(Envelope.again(message, "work", home, { attempt: 1 }).headers, {
      count: 7,
      nested: { a: 1 }
    })
    const bare = { ...message, properties: { ...absent, messageId: undefined, headers: undefined } }
    assert.deepInclude(Envelope.read(bare), { headers: {}, attempt: 1, returns: 0 })
  })

  it("reads the beginning of a body that is longer than any message, and sends all of it again", () => {
    const parcel = Envelope.first({ queue: "work", body: "€".repeat(1_000_000) }, { exchange: "", routingKey: "work" })
    const { body } = Envelope.read(delivered(parcel))
    assert.isAbove(body.length, Messages.longest)
    assert.isBelow(body.length, 300_000)
    const again = Envelope.again(delivered(parcel), "work", parcel.destination, { attempt: 1 })
    assert.strictEqual(again.content.length, 3_000_000)
  })

  it("keeps as much of a reason as fits", () => {
    const first = delivered(Envelope.first({ queue: "work", body: "a" }, home))
    const dead = Envelope.again(first, "work", aside, { attempt: 1, reason: "no ".repeat(100_000) })
    assert.strictEqual(Envelope.read(delivered(dead)).reason.length, 4000)
  })

  it("says why the broker set a message aside", () => {
    const reason = (name: string) =>
      Envelope.read(delivered(Envelope.first({ queue: "work", body: "a" }, home), { "x-first-death-reason": name }))
        .reason
    assert.strictEqual(reason("delivery_limit"), "Its consumers went away without settling it, again and again")
    assert.strictEqual(reason("something new"), "something new")
  })
})
