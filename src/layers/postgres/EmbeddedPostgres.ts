/**
 * A PostgreSQL server that comes with the install and runs for this process alone.
 *
 * It listens on a socket that only this user can open, on no port. Its data stay in `directory` and are there again with the
 * next start; ending the scope stops it. What a killed windmill left running is taken over.
 */
import { Effect, Layer } from "effect"
import * as Fs from "node:fs/promises"
import * as Path from "node:path"
import * as PgDatabase from "./PgDatabase.ts"
import * as Binaries from "./embedded/Binaries.ts"
import * as Cluster from "./embedded/Cluster.ts"
import { onFiles } from "./embedded/EmbeddedPostgresError.ts"
import * as Ownership from "./embedded/Ownership.ts"
import * as Server from "./embedded/Server.ts"
import * as ServerUser from "./embedded/ServerUser.ts"

export { EmbeddedPostgresError } from "./embedded/EmbeddedPostgresError.ts"

export interface Options {
  readonly directory: string
  /** Whether a server that another windmill runs there will do, for as long as that lasts. */
  readonly asGuest?: boolean
}

/** Runs the server on `directory`, which is made when it is not there, and returns the address of its database. */
export const make = Effect.fn("EmbeddedPostgres.make")(function* (options: Options) {
  const home = Path.resolve(options.directory)
  const data = Path.join(home, "data")
  yield* onFiles(home, () => Fs.mkdir(home, { recursive: true }))
  const user = yield* onFiles(data, () => ServerUser.find(data))
  const binaries = yield* Binaries.find(user)
  yield* Cluster.ensure(data, binaries, user)
  const log = Path.join(home, "server.log")
  const host = yield* Server.acquire({ data, log, binaries, user, asGuest: options.asGuest ?? false })
  const { database } = Ownership
  // All steps run in the one process that it is for.
  return PgDatabase.Address.of({ host, port: 5432, database, username: Cluster.role, maxConnections: 10 })
})

/** The address of the database of a server that runs on `directory`. */
export const layer = (options: Options) => Layer.effect(PgDatabase.Address, make(options))
