/** Why there is no database server, and what to do about it. */
import { Effect, Schema } from "effect"

/**
 * The server that comes with the install cannot run.
 *
 * - `UnsupportedPlatform`: there is none for this machine.
 * - `InvalidDirectory`: its folder cannot be used: not writable, another user's, no space.
 * - `InUse`: another windmill runs on the folder.
 * - `NotADatabase`: the folder holds something else, or another version's database. Nothing in it was changed.
 * - `ServerFailed`: the server did not start.
 */
export class EmbeddedPostgresError extends Schema.TaggedError<EmbeddedPostgresError>()("EmbeddedPostgresError", {
  reason: Schema.Literals(["UnsupportedPlatform", "InvalidDirectory", "InUse", "NotADatabase", "ServerFailed"]),
  detail: Schema.String,
  remedy: Schema.String
}) {
  override get message() {
    return `${this.detail}\n${this.remedy}`
  }
}

export const useAnother =
  "Set DATABASE_URL=postgres://user:password@host:5432/database to use a PostgreSQL server of your own."

/** What the file system refuses is a problem of the folder. */
export const onFiles = <A>(path: string, work: () => Promise<A>): Effect.Effect<A, EmbeddedPostgresError> =>
  Effect.tryPromise({
    try: work,
    catch: (cause) =>
      new EmbeddedPostgresError({
        reason: "InvalidDirectory",
        detail: `The folder of the database, ${path}, cannot be used: ${cause instanceof Error ? cause.message : String(cause)}.`,
        remedy: `Let this user write there and see that the disk has space, or choose another folder. ${useAnother}`
      })
  })
