/** Lists, shows, replays and drops the messages that were set aside. */
import { Console, Effect, Layer, Option, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as Printable from "../../domain/Printable.ts"
import { StepName } from "../../domain/StepName.ts"
import * as Wording from "../../domain/Wording.ts"
import { type DeadLetterSelection, MessageBroker } from "../../services/MessageBroker.ts"
import * as Confirm from "../Confirm.ts"
import * as Distributed from "../Distributed.ts"
import { deadLetters, queueOf } from "../flows/Actions.ts"
import * as Settings from "../Settings.ts"
import * as Watched from "../Watched.ts"
import * as Table from "../views/Table.ts"

/** Some of the dead letters that were named are not there. */
class NotThere extends Schema.TaggedError<NotThere>()("NotThere", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

const step = Argument.String("step").pipe(
  Argument.withDescription("A service, or a stage: harmonize, consensus, enrich"),
  Argument.withSchema(StepName)
)

const limit = Settings.limit.pipe(
  Flag.withDescription("At most so many of each queue (default 100)"),
  Flag.withDefault(100)
)

const list = Command.make(
  "list",
  { step: Argument.optional(step), limit, json: Settings.json },
  ({ json, limit, step }) =>
    Effect.gen(function* () {
      const letters = yield* deadLetters(Option.getOrUndefined(step), limit)
      if (json)
        return yield* Effect.forEach(letters, (letter) => Console.log(Printable.line(JSON.stringify(letter))), {
          discard: true
        })
      if (letters.length === 0) return yield* Console.log("There are no dead letters")
      const rows = letters.map(({ attempt, id, reason, step }) => [step, id, String(attempt), reason])
      yield* Console.log(Table.lines(["step", "id", "attempt", "reason"], rows).join("\n"))
    })
).pipe(Command.withDescription("Lists what was set aside, oldest first."))

/** More than anybody looks through by hand. */
const all = 100_000

const show = Command.make(
  "show",
  { step, id: Argument.String("id").pipe(Argument.withDescription("An id from the list")) },
  ({ id, step }) =>
    Effect.gen(function* () {
      const letters = yield* deadLetters(step, all)
      const letter = letters.find((letter) => letter.id === id)
      if (letter === undefined) return yield* new NotThere({ detail: `${step} has no dead letter ${id}` })
      yield* Console.log(Printable.lines(JSON.stringify(letter, undefined, 2)))
    })
).pipe(Command.withDescription("Shows one with its body, headers and reason."))

const which = {
  step,
  ids: Argument.String("id").pipe(Argument.withDescription("Ids from the list"), Argument.variadic()),
  all: Flag.Boolean("all").pipe(Flag.withDescription("All dead letters of the step"), Flag.withDefault(false))
}

const replay = Command.make("replay", which, (options) =>
  onSelected(options, "put back", (queue, selection) =>
    MessageBroker.use((broker) => broker.replay(queue, selection)).pipe(Effect.withSpan("DeadLetters.replay"))
  )
).pipe(Command.withDescription("Puts them back into their queue as first attempts."))

const drop = Command.make("drop", { ...which, yes: Confirm.yes }, ({ yes, ...options }) =>
  onSelected(options, "dropped", (queue, selection) =>
    Effect.gen(function* () {
      const broker = yield* MessageBroker
      if (selection === "all" && !yes) {
        const { dead } = yield* broker.statistics(queue)
        const deed = `Drop ${Wording.count(dead, "dead letter")} of ${options.step}`
        if (!(yield* Confirm.isConfirmed(deed))) return 0
      }
      return yield* broker.drop(queue, selection).pipe(Effect.withSpan("DeadLetters.drop"))
    })
  )
).pipe(Command.withDescription("Forgets them. The sweep asks again for answers that are still owed."))

const onSelected = <E, R>(
  { all, ids, step }: { readonly step: StepName; readonly ids: ReadonlyArray<string>; readonly all: boolean },
  done: string,
  act: (queue: string, selection: DeadLetterSelection) => Effect.Effect<number, E, R>
) =>
  Effect.gen(function* () {
    if (all === ids.length > 0) {
      return yield* new Settings.BadSetting({ detail: "Name dead letters by their ids, or give --all." })
    }
    const count = yield* act(yield* queueOf(step), all ? "all" : ids)
    yield* Console.log(`${count} ${done}`)
    if (count < ids.length) {
      return yield* new NotThere({
        detail: `Not among the dead letters of ${step}: ${ids.length - count} of ${ids.length}`
      })
    }
  })

const deadLettersCommand = Command.make("dead-letters").pipe(
  Command.withSharedFlags({ config: Settings.config, ...Watched.flags })
)

/** What the subcommands need, and their help does not. */
const surroundings = Layer.unwrap(
  Effect.map(deadLettersCommand, ({ config }) =>
    Watched.brokerVitals.pipe(Layer.provideMerge(Distributed.broker), Layer.merge(Distributed.catalog(config)))
  )
)

export const command = deadLettersCommand.pipe(
  Command.withSubcommands([
    Command.provide(list, surroundings),
    Command.provide(show, surroundings),
    Command.provide(replay, surroundings),
    Command.provide(drop, surroundings)
  ]),
  Command.withDescription("Looks after messages that could not be handled, each set aside with its reason."),
  Watched.watched
)
