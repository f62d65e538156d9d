/** Checks everything windmill works with, and says what to do. */
import { Console, Effect, Layer, Option, Schema, Stream } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { Finding, isBroken } from "../../domain/Finding.ts"
import * as ImageFiles from "../../layers/files/ImageFiles.ts"
import * as ProcessLimits from "../../layers/files/ProcessLimits.ts"
import * as ServiceReach from "../../layers/http/ServiceReach.ts"
import * as SharpRenderer from "../../layers/pictures/SharpRenderer.ts"
import * as PgArchive from "../../layers/postgres/PgArchive.ts"
import * as PgCheck from "../../layers/postgres/PgCheck.ts"
import * as PgDatabase from "../../layers/postgres/PgDatabase.ts"
import * as PgResultStore from "../../layers/postgres/PgResultStore.ts"
import * as RabbitCheck from "../../layers/rabbitmq/RabbitCheck.ts"
import { Checks } from "../../services/Checks.ts"
import * as Distributed from "../Distributed.ts"
import { check, checkBoxes } from "../flows/Check.ts"
import * as Settings from "../Settings.ts"
import * as FindingsText from "../views/FindingsText.ts"

/** Something is not as it should be; the lines before say what. */
class SomethingBroken extends Schema.TaggedError<SomethingBroken>()("SomethingBroken", { summary: Schema.String }) {
  override get message() {
    return this.summary
  }
}

const flags = {
  services: Settings.services.pipe(
    Flag.withDescription(
      "Services to check: names separated by commas, all, primary or spatial_only (default: all, and the servers)"
    ),
    Flag.optional
  ),
  more: Argument.String("services").pipe(Argument.withDescription("The same as --services"), Argument.variadic()),
  images: Settings.images.images.pipe(
    Flag.withDescription(
      "Pictures that must be readable from here: folder, glob, file, URL or s3://bucket/prefix; may be given several times"
    )
  ),
  json: Settings.json,
  config: Settings.config
}

const checks = Layer.succeed(
  Checks,
  Checks.of({
    reach: ServiceReach.reach,
    database: PgCheck.check,
    broker: RabbitCheck.check,
    here: ProcessLimits.check
  })
)

export const command = Command.make("check", flags, ({ config, images, json, more, services }) =>
  Effect.gen(function* () {
    const named = [...Option.toArray(services), ...more].join(",") || "all"
    const chosen = yield* Settings.servicesNamed(named)
    const pictures = images.length === 0 ? [] : yield* Stream.runCollect(ImageFiles.find(images))
    const servers = named === "all" && (yield* PgDatabase.isConfigured)
    const boxes = servers ? Stream.fromIterableEffect(checkStoredBoxes) : Stream.empty
    const findings = yield* check({ services: chosen, pictures, servers }).pipe(
      Stream.concat(boxes),
      Stream.tap((finding) => Console.log(json ? JSON.stringify(encode(finding)) : FindingsText.line(finding))),
      Stream.runCollect
    )
    const summary = FindingsText.summary(findings)
    if (findings.some(isBroken)) return yield* new SomethingBroken({ summary })
    if (!json) yield* Console.log(summary)
  }).pipe(
    Effect.provide(
      Layer.mergeAll(checks, SharpRenderer.layer, Distributed.services).pipe(
        Layer.provideMerge(Distributed.catalog(config))
      )
    )
  )
).pipe(
  Command.withDescription(
    "Asks each service of the catalog a real question about a tiny picture: does its name resolve, does it accept connections, " +
      "is its certificate good, is it well, can its reply be read, how long does it take. Looks at PostgreSQL, RabbitMQ with its queues, and how many files may be open " +
      "when the environment names servers, and whether the stored boxes of a detector lie off those of all others. One line each, with what to do; the exit code is 1 when something is broken."
  ),
  Command.withExamples([
    { command: "windmill check", description: "Check everything" },
    { command: "windmill check llava --config service_config.json", description: "Check one service" },
    { command: "windmill check --json --images pictures", description: "Whether pictures can be read from here, too" }
  ])
)

/** What is wrong with the database is found elsewhere. */
const checkStoredBoxes = checkBoxes.pipe(
  Effect.provide(
    PgArchive.layer.pipe(
      Layer.provide(PgResultStore.asItIs),
      Layer.provide(PgDatabase.layer),
      Layer.provide(PgDatabase.addressFromEnvironment)
    )
  ),
  Effect.timeout("30 seconds"),
  Effect.orElseSucceed((): ReadonlyArray<Finding> => [])
)

const encode = Schema.encodeSync(Finding)
