import { PgConnection } from "@effect/sql-pg"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Scope } from "effect"
import * as Fs from "node:fs/promises"
import * as Os from "node:os"
import * as Path from "node:path"
import * as EmbeddedPostgres from "../../../src/layers/postgres/EmbeddedPostgres.ts"
import * as PgDatabase from "../../../src/layers/postgres/PgDatabase.ts"
import * as PgResultStore from "../../../src/layers/postgres/PgResultStore.ts"
import * as Postmaster from "../../../src/layers/postgres/embedded/Postmaster.ts"
import { serviceId } from "../../support/Facts.ts"
import * as Folders from "../../support/Folders.ts"
import { factsAbout, known } from "../../support/Stores.ts"

/** A folder whose database is made once for all tests. Each leaves no server on it. */
let directory: string
beforeAll(async () => {
  directory = await Fs.mkdtemp(Path.join(Os.tmpdir(), "embedded-postgres-test-"))
})
afterAll(() => Fs.rm(directory, { recursive: true }))

/** Runs a server on the folder for as long as the returned scope is open. */
const started = Effect.fnUntraced(function* (directory: string) {
  const scope = yield* Scope.make()
  const address = yield* Scope.provide(EmbeddedPostgres.make({ directory }), scope)
  const stop = Scope.close(scope, Exit.void)
  yield* Effect.addFinalizer(() => stop)
  return { address, stop, pid: (yield* Effect.promise(() => Postmaster.find(Path.join(directory, "data"))))!.pid }
})

/** One statement on the server. */
const query = (address: PgDatabase.Address["Service"], statement: string) =>
  Effect.scoped(Effect.flatMap(PgConnection.make(address), (connection) => connection.query(statement))).pipe(
    Effect.map(({ rows }) => rows)
  )

const isRunning = (pid: number) => Effect.promise(() => Postmaster.isRunning(pid))

describe("EmbeddedPostgres", () => {
  it.live("holds a store whose results are there again after a restart", () =>
    Effect.gen(function* () {
      const store = PgResultStore.layer.pipe(
        Layer.provide(PgDatabase.layer),
        Layer.provide(EmbeddedPostgres.layer({ directory }))
      )
      const id = yield* Effect.provide(known("blip"), store)
      const facts = yield* Effect.provide(factsAbout(id), store)
      assert.deepStrictEqual([facts.imageId, facts.requested], [id, [serviceId("blip")]])
    }).pipe(Effect.scoped)
  )

  it.live("listens on a socket alone, also when the path of its folder is longer than that of a socket may be", () =>
    Effect.gen(function* () {
      const directory = Path.join(yield* Folders.temporary, "x".repeat(120), "postgres")
      const { address } = yield* started(directory)
      assert.isBelow(Path.join(address.host!, ".s.PGSQL.5432").length, 104)
      assert.deepStrictEqual(yield* query(address, "SHOW listen_addresses"), [{ listen_addresses: "" }])
      const { mode } = yield* Effect.promise(() => Fs.stat(address.host!))
      assert.strictEqual(mode & 0o077, 0)
    }).pipe(Effect.scoped)
  )

  it.live("is stopped with the scope, and leaves no process and no socket", () =>
    Effect.gen(function* () {
      const { address, pid, stop } = yield* started(directory)
      assert.isTrue(yield* isRunning(pid))
      yield* stop
      assert.isFalse(yield* isRunning(pid))
      assert.isUndefined(yield* Effect.promise(() => Fs.stat(address.host!).catch(() => undefined)))
      const log = yield* Effect.promise(() => Fs.readFile(Path.join(directory, "server.log"), "utf8"))
      assert.include(log, "database system is shut down")
    }).pipe(Effect.scoped)
  )

  it.live("refuses a folder on which another windmill runs, and names it", () =>
    Effect.gen(function* () {
      const { address } = yield* started(directory)
      const error = yield* Effect.flip(Effect.scoped(EmbeddedPostgres.make({ directory })))
      assert.strictEqual(error.reason, "InUse")
      assert.include(error.message, `kill ${process.pid}`)
      // The one that was there goes on.
      assert.deepStrictEqual(yield* query(address, "SELECT 1 AS one"), [{ one: 1 }])
    }).pipe(Effect.scoped)
  )

  it.live("lets a guest ask the database of another windmill, which goes on when the guest leaves", () =>
    Effect.gen(function* () {
      const { address, pid } = yield* started(directory)
      const guest = yield* Effect.scoped(
        Effect.tap(EmbeddedPostgres.make({ directory, asGuest: true }), (address) => query(address, "SELECT 1 AS one"))
      )
      assert.strictEqual(guest.host, address.host)
      assert.isTrue(yield* isRunning(pid))
      assert.deepStrictEqual(yield* query(address, "SELECT 1 AS one"), [{ one: 1 }])
    }).pipe(Effect.scoped)
  )

  it.live("lets one of two that start at the same time have the folder", () =>
    Effect.gen(function* () {
      const directory = yield* Folders.temporary
      const both = yield* Effect.all([Effect.result(started(directory)), Effect.result(started(directory))], {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(both.map(({ _tag }) => _tag).sort(), ["Failure", "Success"])
      for (const one of both) {
        if (one._tag === "Failure") assert.strictEqual(one.failure.reason, "InUse")
        else assert.deepStrictEqual(yield* query(one.success.address, "SELECT 1 AS one"), [{ one: 1 }])
      }
    }).pipe(Effect.scoped)
  )

  it.live("takes over the server of a windmill that was killed, and stops it", () =>
    Effect.gen(function* () {
      const first = yield* started(directory)
      yield* query(first.address, "CREATE TABLE kept AS SELECT 7 AS value")
      // What the server sees of a process that is killed: its connections are gone.
      yield* query(
        first.address,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'windmill, process%'"
      )
      const second = yield* started(directory)
      assert.strictEqual(second.pid, first.pid)
      assert.deepStrictEqual(yield* query(second.address, "SELECT value FROM kept"), [{ value: 7 }])
      yield* second.stop
      assert.isFalse(yield* isRunning(first.pid))
    }).pipe(Effect.scoped)
  )

  it.live("recovers what was committed when the server was killed", () =>
    Effect.gen(function* () {
      const first = yield* started(directory)
      yield* query(first.address, "CREATE TABLE committed AS SELECT 7 AS value")
      process.kill(first.pid, "SIGKILL")
      const second = yield* started(directory)
      assert.notStrictEqual(second.pid, first.pid)
      assert.isUndefined(yield* Effect.promise(() => Fs.stat(first.address.host!).catch(() => undefined)))
      assert.deepStrictEqual(yield* query(second.address, "SELECT value FROM committed"), [{ value: 7 }])
    }).pipe(Effect.scoped)
  )

  it.live("starts although the number of a server that is gone is now another program's", () =>
    Effect.gen(function* () {
      yield* (yield* started(directory)).stop
      const file = Path.join(directory, "data", "postmaster.pid")
      yield* Effect.promise(() => Fs.writeFile(file, `${process.ppid}\n${directory}\n1\n5432\n/tmp\n\n1 1\nready\n`))
      yield* started(directory)
    }).pipe(Effect.scoped)
  )

  it.live("removes what a killed process left of its attempt to make the folder", () =>
    Effect.gen(function* () {
      const directory = yield* Folders.temporary
      const left = Path.join(directory, "data.999999999.AbCdEf")
      yield* Effect.promise(() => Fs.mkdir(left))
      yield* started(directory)
      assert.deepStrictEqual((yield* Effect.promise(() => Fs.readdir(directory))).sort(), ["data", "server.log"])
    }).pipe(Effect.scoped)
  )

  it.live("leaves a folder alone that holds something else, and says so", () =>
    Effect.gen(function* () {
      const directory = yield* Folders.temporary
      const precious = Path.join(directory, "data", "precious.txt")
      yield* Effect.promise(() => Fs.mkdir(Path.dirname(precious)).then(() => Fs.writeFile(precious, "mine")))
      const error = yield* Effect.flip(Effect.scoped(EmbeddedPostgres.make({ directory })))
      assert.strictEqual(error.reason, "NotADatabase")
      assert.include(error.message, Path.dirname(precious))
      assert.strictEqual(yield* Effect.promise(() => Fs.readFile(precious, "utf8")), "mine")
    }).pipe(Effect.scoped)
  )

  it.live("leaves the database of another version alone, and says so", () =>
    Effect.gen(function* () {
      const directory = yield* Folders.temporary
      const data = Path.join(directory, "data")
      yield* Effect.promise(() => Fs.mkdir(data).then(() => Fs.writeFile(Path.join(data, "PG_VERSION"), "15\n")))
      const error = yield* Effect.flip(Effect.scoped(EmbeddedPostgres.make({ directory })))
      assert.strictEqual(error.reason, "NotADatabase")
      assert.match(error.message, /PostgreSQL 15; this windmill brings version 18/)
    }).pipe(Effect.scoped)
  )

  it.live("says what the server says when its data are damaged", () =>
    Effect.gen(function* () {
      const directory = yield* Folders.temporary
      yield* (yield* started(directory)).stop
      yield* Effect.promise(() => Fs.rm(Path.join(directory, "data", "global", "pg_control")))
      const error = yield* Effect.flip(Effect.scoped(EmbeddedPostgres.make({ directory })))
      assert.strictEqual(error.reason, "ServerFailed")
      assert.match(error.message, /could not find the database system/)
      assert.include(error.message, Path.join(directory, "server.log"))
    }).pipe(Effect.scoped)
  )

  it.live("names the folder that cannot be written, and the remedy", () =>
    Effect.gen(function* () {
      const file = Path.join(yield* Folders.temporary, "file")
      yield* Effect.promise(() => Fs.writeFile(file, ""))
      const error = yield* Effect.flip(Effect.scoped(EmbeddedPostgres.make({ directory: Path.join(file, "below") })))
      assert.strictEqual(error.reason, "InvalidDirectory")
      assert.include(error.message, file)
      assert.include(error.message, "DATABASE_URL")
    }).pipe(Effect.scoped)
  )
})
