/** Flags that several commands have, each with the variable that stands in for it. */
import { Config, Duration, Effect, Option, Result, Schema } from "effect"
import { Argument, Flag } from "effect/cli"
import * as NodeOs from "node:os"
import * as Amounts from "../domain/Amounts.ts"
import * as Strategies from "../domain/harmonization/Strategies.ts"
import { Group } from "../domain/Identifiers.ts"
import * as ServiceCatalog from "../domain/ServiceCatalog.ts"
import { Catalog } from "../services/Catalog.ts"
import { version } from "./Version.ts"

/** A flag or variable has a value that means nothing. */
export class BadSetting extends Schema.TaggedError<BadSetting>()("BadSetting", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

/** A port to listen on; `0` is any that is free. */
export const Port = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65535 }))

/** Which services are meant. */
export const services = Flag.String("services").pipe(
  Flag.withAlias("service"),
  Flag.withAlias("s"),
  Flag.withMetavar("names")
)

/** Which pictures are meant. */
export const images = {
  images: Flag.String("images").pipe(
    Flag.withDescription("Folder, glob, file, URL or s3://bucket/prefix of pictures; may be given several times"),
    Flag.withMetavar("place"),
    Flag.atLeast(0)
  ),
  more: Argument.String("images").pipe(Argument.withDescription("The same as --images"), Argument.variadic())
}

/** The group that images belong to. */
export const group = Flag.String("group").pipe(
  Flag.withAlias("g"),
  Flag.withMetavar("name"),
  Flag.withSchema(Group),
  Flag.optional
)

/** Which of the known images are meant, by a file. */
export const imageIdsFile = Flag.String("image-ids-file").pipe(Flag.withMetavar("file"), Flag.optional)

export const priority = Flag.Literals("priority", ["high", "normal"]).pipe(
  Flag.withDescription("high: before everything that was submitted as normal, in every service and stage"),
  Flag.withDefault("normal" as const)
)

/** Where what a command makes goes: a file or a folder, which its metavar says. */
export const output = Flag.String("output").pipe(Flag.withAlias("o"), Flag.optional)

export const dryRun = Flag.Boolean("dry-run").pipe(
  Flag.withDescription("Say how much it would be, and do nothing"),
  Flag.withDefault(false)
)

export const poll = Flag.String("poll").pipe(
  Flag.withDescription("Look every so often, where the system does not tell of changes: shares of another machine"),
  Flag.withMetavar("duration"),
  Flag.withSchema(Amounts.Wait),
  Flag.optional
)

/** The largest number of what a command looks at. */
export const limit = Flag.Int("limit").pipe(
  Flag.withAlias("l"),
  Flag.withMetavar("number"),
  Flag.withSchema(Schema.Int.check(Schema.isGreaterThan(0)))
)

export const json = Flag.Boolean("json").pipe(
  Flag.withDescription("Write JSON, one object per line"),
  Flag.withDefault(false)
)

export const data = Flag.String("data").pipe(
  Flag.withDescription("The folder of the database and the samples (default .windmill)"),
  Flag.withMetavar("folder"),
  Flag.withDefault(".windmill")
)

/** Of commands that work with a database of the environment, too. */
export const storedData = data.pipe(
  Flag.withDescription(
    "The folder that windmill start fills, where the environment names no database (default .windmill)"
  )
)

export const config = Flag.String("config").pipe(
  Flag.withDescription(
    "The service catalog (default SERVICE_CONFIG, ./service_config.json, or the thirteen services on 127.0.0.1)"
  ),
  Flag.withMetavar("file"),
  Flag.withFallbackConfig(Config.NonEmptyString("SERVICE_CONFIG")),
  Flag.optional
)

/** Who uses a command line, in what is recorded. */
export const person = `${NodeOs.userInfo().username}@${NodeOs.hostname()}`

/** Names this process among all that run at once. */
const thisProcess = `${NodeOs.hostname()}-${process.pid}`

export const workerId = Flag.String("worker-id").pipe(
  Flag.withDescription("Names this process in what it records (default WORKER_ID, or host name and process id)"),
  Flag.withMetavar("name"),
  Flag.withFallbackConfig(Config.NonEmptyString("WORKER_ID")),
  Flag.withDefault(thisProcess),
  Flag.withSchema(Schema.NonEmptyString.check(Schema.isMaxLength(200)))
)

export const drainWithin = Flag.String("drain-within").pipe(
  Flag.withDescription("Time to finish what is in flight after SIGTERM (default DRAIN_WITHIN, or 20 seconds)"),
  Flag.withMetavar("duration"),
  Flag.withFallbackConfig(Config.NonEmptyString("DRAIN_WITHIN")),
  Flag.withDefault("20 seconds"),
  Flag.withSchema(Amounts.Wait)
)

export const keepHistory = Flag.String("keep-history").pipe(
  Flag.withDescription(
    "How long derivations that were replaced, deleted images, programs that are gone, operations and actions are remembered " +
      "(default KEEP_HISTORY, or 90 days)"
  ),
  Flag.withMetavar("duration"),
  Flag.withFallbackConfig(Config.NonEmptyString("KEEP_HISTORY")),
  Flag.withDefault("90 days"),
  Flag.withSchema(
    Schema.DurationFromString.check(
      Schema.makeFilter((age) => Duration.isGreaterThanOrEqualTo(age, Duration.days(1)) || "Expected a day, or more")
    )
  )
)

/** None when nothing is said. `unlessGiven`: what it is then, in words. */
export const cropsWaitIfGiven = (unlessGiven: string) =>
  Flag.String("crops-wait").pipe(
    Flag.withDescription(
      "How long crops wait for detectors that were asked and have not answered, from the last answer about the image on; " +
        `0 seconds asks about every box at once (default CROPS_WAIT, or ${unlessGiven})`
    ),
    Flag.withMetavar("duration"),
    Flag.withFallbackConfig(Config.NonEmptyString("CROPS_WAIT")),
    Flag.withSchema(Amounts.WaitOrNone),
    Flag.optional
  )

export const cropsWait = Flag.map(
  cropsWaitIfGiven("0 seconds"),
  Option.getOrElse(() => Duration.zero)
)

export const harmonization = Flag.String("harmonization").pipe(
  Flag.withDescription(
    `How boxes of several detectors become one: ${Strategies.names.join(", ")}, ` +
      'or with options {"name": "quorum", "options": {...}} ' +
      `(default HARMONIZATION, or ${Strategies.defaultStrategy.name})`
  ),
  Flag.withMetavar("strategy"),
  Flag.withFallbackConfig(Config.NonEmptyString("HARMONIZATION")),
  Flag.withDefault(Strategies.names[0]!)
)

/** The strategy that the words of `harmonization` mean. */
export const strategy = Effect.fnUntraced(function* (words: string) {
  const refuse = (problems: ReadonlyArray<string>) =>
    new BadSetting({ detail: `HARMONIZATION or --harmonization cannot be used: ${problems.join("; ")}` })
  const json = yield* words.trimStart().startsWith("{")
    ? Effect.try({ try: () => JSON.parse(words) as unknown, catch: () => refuse(["it is not JSON"]) })
    : Effect.succeed(words)
  const chosen = Strategies.fromConfig(json)
  return Result.isSuccess(chosen)
    ? chosen.success
    : yield* refuse(chosen.failure.map(({ message, path }) => `${path}: ${message}`))
})

/** The services of the catalog that a list of words names. */
export const servicesNamed = Effect.fnUntraced(function* (words: string) {
  const catalog = yield* Catalog
  const found = ServiceCatalog.select(catalog, words)
  if (Result.isSuccess(found)) return found.success
  const unknown = found.failure.join(", ") || `"${words}"`
  return yield* new BadSetting({
    detail: `No such service: ${unknown}. There are ${catalog.map(({ id }) => id).join(", ")}; or name all, primary or spatial_only.`
  })
})

/**
 * Who a process is in the registry of workers. A `WORKER_ID` that was copied to a second machine, or that two processes of one
 * machine share, is not enough to tell them apart.
 */
export const identity = (workerId: string) => ({
  workerId: workerId === thisProcess ? workerId : `${workerId}@${thisProcess}`,
  host: NodeOs.hostname(),
  version
})
