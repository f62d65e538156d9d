/**
 * The tables, as the ordered steps that make them.
 *
 * Every program applies what is missing when it starts; those that start together wait for the first. A step that was
 * released never changes: the next one says what is different.
 */
import { PgClient } from "@effect/sql-pg"
import { Context, Effect, Layer, Schedule, Schema, type Duration } from "effect"
import { Migrator, SqlError } from "effect/sql"
import { byNature, bySetting, DatabaseUnusable, type Nature } from "./DatabaseUnusable.ts"
import { sqlState } from "./Failures.ts"
import { createTables } from "./migrations/0001CreateTables.ts"
import { followChanges } from "./migrations/0002FollowChanges.ts"
import { findImages } from "./migrations/0003FindImages.ts"
import { operate } from "./migrations/0004Operate.ts"
import { timeAnswers } from "./migrations/0005TimeAnswers.ts"
import { knowPictures } from "./migrations/0006KnowPictures.ts"
import { shareDuties } from "./migrations/0007ShareDuties.ts"
import { noteUnderived } from "./migrations/0008NoteUnderived.ts"
import { keepSessions } from "./migrations/0009KeepSessions.ts"
import { findFailures } from "./migrations/0010FindFailures.ts"
import { noteAway } from "./migrations/0011NoteAway.ts"
import { runAgain } from "./migrations/0012RunAgain.ts"
import { rememberActions } from "./migrations/0013RememberActions.ts"
import { findByWords } from "./migrations/0014FindByWords.ts"
import { tellWebhooks } from "./migrations/0015TellWebhooks.ts"
import { correct } from "./migrations/0016Correct.ts"
import { tuneServices } from "./migrations/0017TuneServices.ts"
import { countVotes } from "./migrations/0018CountVotes.ts"
import { tellChanges } from "./migrations/0019TellChanges.ts"
import { searchCorrected } from "./migrations/0020SearchCorrected.ts"
import { followApart } from "./migrations/0021FollowApart.ts"
import { describeApart } from "./migrations/0022DescribeApart.ts"
import { vacuumSooner } from "./migrations/0023VacuumSooner.ts"
import { countCorrected } from "./migrations/0024CountCorrected.ts"
import { indexAlgorithms } from "./migrations/0025IndexAlgorithms.ts"
import { keepPlans } from "./migrations/0026KeepPlans.ts"
import { keepText } from "./migrations/0027KeepText.ts"

/** The database was made by a later version of the program. */
export class DatabaseTooNew extends Schema.TaggedError<DatabaseTooNew>()("DatabaseTooNew", {
  found: Schema.Int,
  known: Schema.Int
}) {
  override get message() {
    return (
      `The database has the tables of a later version of windmill (step ${this.found}, this one knows ${this.known}). ` +
      `Update windmill on this machine, or use another database.`
    )
  }
}

/** The steps in their order. */
export const steps = {
  "0001_create_tables": createTables,
  "0002_follow_changes": followChanges,
  "0003_find_images": findImages,
  "0004_operate": operate,
  "0005_time_answers": timeAnswers,
  "0006_know_pictures": knowPictures,
  "0007_share_duties": shareDuties,
  "0008_note_underived": noteUnderived,
  "0009_keep_sessions": keepSessions,
  "0010_find_failures": findFailures,
  "0011_note_away": noteAway,
  "0012_run_again": runAgain,
  "0013_remember_actions": rememberActions,
  "0014_find_by_words": findByWords,
  "0015_tell_webhooks": tellWebhooks,
  "0016_correct": correct,
  "0017_tune_services": tuneServices,
  "0018_count_votes": countVotes,
  "0019_tell_changes": tellChanges,
  "0020_search_corrected": searchCorrected,
  "0021_follow_apart": followApart,
  "0022_describe_apart": describeApart,
  "0023_vacuum_sooner": vacuumSooner,
  "0024_count_corrected": countCorrected,
  "0025_index_algorithms": indexAlgorithms,
  "0026_keep_plans": keepPlans,
  "0027_keep_text": keepText
}

/** Where it says which were taken. */
export const table = "windmill_migrations"

/** How long a program that starts waits for a database that is not there yet. */
export const MaxWait = Context.Reference<Duration.Input>("windmill/layers/Migrations/MaxWait", {
  defaultValue: () => "30 seconds"
})

/**
 * Brings the database to the tables this program knows. Safe with any number of programs at once; a database that is not
 * there yet is waited for. A setting that keeps it from being reached is not.
 */
export const migrate = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  yield* untilReachable(
    Effect.mapError(sql`SELECT 1`, (error) => bySetting(error, sql.config) ?? error),
    yield* MaxWait
  )
  yield* keepsSettings
  yield* isSuitable
  yield* Migrator.make({})({ loader: Migrator.fromRecord(steps), table }).pipe(
    // What PostgreSQL said tells more than which step it said it about.
    Effect.catchTag("MigrationError", (error) => Effect.fail(SqlError.isSqlError(error.cause) ? error.cause : error))
  )
  const [row] = yield* sql<{ found: number }>`SELECT max(migration_id) AS found FROM ${sql(table)}`
  const known = Math.max(...Object.keys(steps).map((step) => Number.parseInt(step, 10)))
  const found = row?.found ?? 0
  if (found > known) return yield* new DatabaseTooNew({ found, known })
}).pipe(Effect.withSpan("ResultStore.migrate"))

/** The tables. Layers that share it bring them up to date once. */
export const layer = Layer.effectDiscard(migrate)

/** Fails when what answers does not keep what a connection was opened with. */
const keepsSettings = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  const wanted = sql.config.startupParameters?.["statement_timeout"]
  const [row] = yield* sql<{ setting: string }>`SELECT setting FROM pg_settings WHERE name = 'statement_timeout'`
  if (wanted !== undefined && row?.setting !== wanted) return yield* DatabaseUnusable.ofPooler(sql.config)
})

/** Fails when the database is of a kind that no facts can be kept in. */
const isSuitable = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  const [nature] = yield* sql<Nature>`
    SELECT
      current_setting('server_encoding') AS encoding,
      current_setting('transaction_read_only') = 'on' AS "isReadOnly",
      pg_is_in_recovery() AS "isReplica",
      current_schema() IS NULL AS "hasNoSchema",
      current_setting('search_path') AS path,
      current_user::text AS role`
  const unusable = nature === undefined ? undefined : byNature(nature, sql.config)
  if (unusable !== undefined) return yield* unusable
})

const untilReachable = <A>(work: Effect.Effect<A, SqlError.SqlError | DatabaseUnusable>, maxWait: Duration.Input) =>
  work.pipe(
    Effect.tapError((error) =>
      isPassing(error)
        ? Effect.logWarning(`The database cannot be reached: ${String(error.reason.cause)}`)
        : Effect.void
    ),
    Effect.retry({
      while: isPassing,
      schedule: Schedule.min([Schedule.exponential("200 millis"), Schedule.spaced("2 seconds")]).pipe(
        Schedule.upTo({ duration: maxWait })
      )
    })
  )

const isPassing = (error: SqlError.SqlError | DatabaseUnusable): error is SqlError.SqlError =>
  SqlError.isSqlError(error) &&
  (error.reason._tag === "ConnectionError" || startingOrFull.includes(sqlState(error.reason.cause)))

/** `cannot_connect_now` and `too_many_connections`. */
const startingOrFull: ReadonlyArray<string> = ["57P03", "53300"]
