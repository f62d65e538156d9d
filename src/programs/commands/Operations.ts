/** Lists and stops operations. */
import { Console, Effect, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { Operation, OperationId } from "../../domain/Operation.ts"
import { Operations } from "../../services/Operations.ts"
import * as Distributed from "../Distributed.ts"
import * as Operate from "../flows/Operate.ts"
import * as Settings from "../Settings.ts"
import * as OperationText from "../views/OperationText.ts"
import * as Watched from "../Watched.ts"

const limit = Settings.limit.pipe(Flag.withDescription("At most so many (default 20)"), Flag.withDefault(20))

const list = Command.make("list", { limit, json: Settings.json }, ({ json, limit }) =>
  Effect.gen(function* () {
    const found = yield* Operations.use((operations) => operations.list({ limit }))
    if (json) {
      return yield* Effect.forEach(found, (one) => Console.log(JSON.stringify(encode(one))), { discard: true })
    }
    if (found.length === 0) return yield* Console.log("There are no operations.")
    yield* Console.log(OperationText.table(found).join("\n"))
  })
).pipe(Command.withDescription("Lists operations with how far they are, newest first."))

const encode = Schema.encodeSync(Schema.toCodecJson(Operation))

const id = Argument.String("id").pipe(
  Argument.withDescription("The number of the operation"),
  Argument.withSchema(Schema.FiniteFromString.pipe(Schema.decodeTo(OperationId)))
)

const stop = Command.make("stop", { id }, ({ id }) =>
  Effect.flatMap(Operate.stop(id), (operation) => Console.log(OperationText.ending(operation)))
).pipe(Command.withDescription("Stops one that runs. What is done stays, and what it asked for counts as before."))

const operationsCommand = Command.make("operations").pipe(Command.withSharedFlags(Watched.flags))

export const command = operationsCommand.pipe(
  Command.withSubcommands([Command.provide(list, Distributed.store), Command.provide(stop, Distributed.store)]),
  Command.withDescription("Lists and stops operations: rerun, recompute, cancel and delete."),
  Watched.watched
)
