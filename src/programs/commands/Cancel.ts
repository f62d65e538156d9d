/** Withdraws what is owed. */
import { Effect, Option, Result, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { ServiceId } from "../../domain/Identifiers.ts"
import * as ServiceCatalog from "../../domain/ServiceCatalog.ts"
import { Catalog } from "../../services/Catalog.ts"
import * as Operating from "../Operating.ts"
import * as Settings from "../Settings.ts"
import * as Watched from "../Watched.ts"

const flags = {
  services: Settings.services.pipe(
    Flag.withDescription("Only what these owe: names separated by commas, also of services that have left the catalog"),
    Flag.optional
  ),
  ...Operating.which,
  ...Operating.how
}

export const command = Command.make("cancel", flags, (options) =>
  Effect.gen(function* () {
    const services = Option.isSome(options.services) ? { services: yield* named(options.services.value) } : {}
    yield* Operating.run({ kind: "withdraw", ...services }, options)
  }).pipe(Effect.provide(Operating.surroundings(options)))
).pipe(
  Command.withDescription(
    "Withdraws questions that are not answered: they are owed no more, and their messages are skipped. Nothing that is " +
      "recorded is lost, and producer asks again. Crops are asked about as boxes come; pause enrich to stop that."
  ),
  Command.withExamples([
    { command: "windmill cancel --group mistake", description: "Ask no more about a group" },
    { command: "windmill cancel --services ollama", description: "Ask ollama no more about what it owes" }
  ]),
  Watched.watched
)

/** The services of a list. A name that the catalog does not list may be that of a service that it listed. */
const named = Effect.fnUntraced(function* (words: string) {
  const catalog = yield* Catalog
  const listed = ServiceCatalog.select(catalog, words)
  const gone = Result.isFailure(listed) ? listed.failure.filter((word) => Schema.is(ServiceId)(word)) : []
  const others = words.split(",").filter((word) => !gone.some((service) => service === word.trim()))
  const found = others.length === 0 ? [] : yield* Settings.servicesNamed(others.join(","))
  return [...found.map(({ id }) => id), ...gone]
})
