/** The recorded replies of the thirteen services, damaged: what is derived of an image goes on, and loses nothing but what was damaged. */
import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import type { Outcome } from "../../src/domain/Facts.ts"
import * as Derive from "../../src/domain/Derive.ts"
import { Consensus } from "../../src/domain/Consensus.ts"
import { Harmonization } from "../../src/domain/Harmonization.ts"
import * as Strategies from "../../src/domain/harmonization/Strategies.ts"
import * as BoxEncoding from "../../src/domain/protocol/BoxEncoding.ts"
import * as Placement from "../../src/domain/protocol/Placement.ts"
import * as Windmill from "../../src/domain/protocol/Windmill.ts"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"
import { factsOf, withAnswer } from "../support/Facts.ts"
import { Damage, damaged } from "../support/ProtocolReplies.ts"
import * as Replies from "../support/Replies.ts"

const catalog = ServiceCatalog.standard
const picture = { width: 800, height: 600 }

const bytesOf = (name: string): Uint8Array => new TextEncoder().encode(JSON.stringify(Replies.fixture(name)))

/** What is recorded of a service that answers so. */
const recorded = ({ kind }: ServiceCatalog.Service, bytes: Uint8Array): Outcome => {
  const failed = (reason: string): Outcome => ({ _tag: "Failure", class: "unreadable-reply", reason })
  const reply = Windmill.protocol.reply({ headers: {}, bytes }, { kind, picture })
  if (Result.isFailure(reply)) return failed(reply.failure.message)
  const data = Placement.place(reply.success, { encoding: BoxEncoding.standard, sent: picture, picture })
  const check = Placement.check(data, picture, kind)
  return check._tag === "Misread" ? failed(check.problem) : { _tag: "Success", data, processingTime: 0.1 }
}

/** Whose reply it is: `clip.detection` is one of clip's. */
const serviceOf = (name: string) => ServiceCatalog.find(catalog, name.split(".")[0]!)

const replies = Replies.fixtures.filter((name) => serviceOf(name) !== undefined)

const whole = factsOf(
  Object.fromEntries(catalog.map((service) => [service.id, recorded(service, bytesOf(service.id))]))
)

const boxesOfDetectors = (facts: typeof whole) =>
  Strategies.defaultStrategy.harmonize(Derive.harmonizationInput(Derive.observe(facts, catalog)))

const encodeHarmonization = Schema.encodeSync(Schema.toCodecJson(Harmonization))
const encodeConsensus = Schema.encodeSync(Schema.toCodecJson(Consensus))

/** Nothing is in it that JSON does not have. */
const isStorable = (value: unknown): void => assert.deepEqual(JSON.parse(JSON.stringify(value)), value)

describe("the recorded replies", () => {
  it("are read, all of them", () => {
    for (const { id } of catalog)
      assert.isTrue(
        replies.some((name) => name === id),
        id
      )
    for (const { outcome, service } of whole.results) assert.strictEqual(outcome._tag, "Success", service)
  })

  it.prop(
    "may be damaged in any way: boxes and votes are derived of them, and can be stored",
    [Damage, Damage],
    ([first, second]) => {
      for (const name of replies) {
        const service = serviceOf(name)!
        let bytes = damaged(bytesOf(name), first)
        if (first.way === "value" || first.way === "key") bytes = damaged(bytes, second)
        const facts = withAnswer(whole, service.id, recorded(service, bytes))
        const observation = Derive.observe(facts, catalog)
        isStorable(encodeHarmonization(Strategies.defaultStrategy.harmonize(Derive.harmonizationInput(observation))))
        isStorable(encodeConsensus(Derive.consensus(observation, Strategies.defaultStrategy)))
      }
    },
    { arbitrary: { runs: 8 } }
  )

  it.prop(
    "of services without boxes change no box, however they are damaged",
    [Damage],
    ([damage]) => {
      const expected = boxesOfDetectors(whole)
      for (const name of replies) {
        const service = serviceOf(name)!
        if (service.kind === "spatial") continue
        const facts = withAnswer(whole, service.id, recorded(service, damaged(bytesOf(name), damage)))
        assert.deepEqual(boxesOfDetectors(facts), expected, name)
      }
    },
    { arbitrary: { runs: 8 } }
  )
})
