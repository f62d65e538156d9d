/** What may happen to a message broker. */
import { Duration, Schema } from "effect"
import { Settlement } from "../../src/services/MessageBroker.ts"

const small = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 4 }))

const SettlementCase = Schema.Literals(["Ack", "Requeue", "Retry", "Wait", "DeadLetter"])

const consumer = Schema.Literals([0, 1])

/** Reading and settling are listed twice to be drawn more often. */
const Step = Schema.Union([
  Schema.Struct({ _tag: Schema.tag("Publish"), count: small }),
  Schema.Struct({ _tag: Schema.tag("Read"), consumer }),
  Schema.Struct({ _tag: Schema.tag("Read"), consumer }),
  Schema.Struct({ _tag: Schema.tag("Settle"), nth: small, how: SettlementCase, seconds: small }),
  Schema.Struct({ _tag: Schema.tag("Settle"), nth: small, how: SettlementCase, seconds: small }),
  Schema.Struct({ _tag: Schema.tag("Pass"), seconds: small }),
  Schema.Struct({ _tag: Schema.tag("Stop"), consumer }),
  Schema.Struct({ _tag: Schema.tag("Replace"), consumer })
])

/** Steps of the consumers `0` and `1` and their publishers, in order. Durations are seconds. */
export const Script = Schema.Array(Step).check(Schema.isMinLength(30), Schema.isMaxLength(80))

/** For each message, what its handlers do with it before they ack it, and the seconds they take. */
export const Plans = Schema.Array(
  Schema.Array(
    Schema.Struct({ how: Schema.Literals(["Requeue", "Retry", "Wait"]), takes: small, seconds: small })
  ).check(Schema.isMaxLength(4))
).check(Schema.isMaxLength(20))

/** The settlement of that name; `seconds` is the delay of a `Retry`. */
export const settlementOf = (name: typeof SettlementCase.Type, seconds: number): Settlement => {
  switch (name) {
    case "Ack":
      return Settlement.Ack()
    case "Requeue":
      return Settlement.Requeue()
    case "Retry":
      return Settlement.Retry({ after: Duration.seconds(seconds) })
    case "Wait":
      return Settlement.Wait({ after: Duration.seconds(seconds) })
    case "DeadLetter":
      return Settlement.DeadLetter({ reason: "no" })
  }
}
