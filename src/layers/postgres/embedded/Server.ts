/** The server as a process: started on a data folder, or taken over there, and stopped when the scope ends. */
import { Effect, Result, Schedule, type Scope } from "effect"
import { spawn } from "node:child_process"
import * as Fs from "node:fs/promises"
import * as Os from "node:os"
import * as Path from "node:path"
import type { Binaries } from "./Binaries.ts"
import * as Cluster from "./Cluster.ts"
import { EmbeddedPostgresError, onFiles, useAnother } from "./EmbeddedPostgresError.ts"
import * as Ownership from "./Ownership.ts"
import * as Postmaster from "./Postmaster.ts"
import * as ServerLog from "./ServerLog.ts"
import type { ServerUser } from "./ServerUser.ts"

export interface Options {
  /** The data folder. */
  readonly data: string
  /** The file of the server's own messages. */
  readonly log: string
  readonly binaries: Binaries
  /** Whom it runs as, when not as this user. */
  readonly user: ServerUser | undefined
  /** Whether a server that another windmill owns will do, for as long as that lasts. */
  readonly asGuest: boolean
}

interface Server extends Postmaster.Postmaster {
  /** Whether it is no more. */
  readonly isGone: () => Promise<boolean>
  /** What it complained about, when it was started here. */
  readonly complaints?: () => Promise<string>
  /** Whether this process is to stop it. */
  isOurs: boolean
}

/**
 * The folder of the socket of a server that this process owns for as long as the scope lasts, or is a guest of.
 *
 * A server that is there and has no owner was left behind by a windmill that was killed: it is taken over.
 */
export const acquire = (options: Options): Effect.Effect<string, EmbeddedPostgresError, Scope.Scope> =>
  Effect.gen(function* () {
    const server = yield* Effect.acquireRelease(findOrStart(options), (server) =>
      server.isOurs ? stop(server) : Effect.void
    )
    const connection = yield* Effect.result(connectWhenReady(server))
    if (Result.isFailure(connection)) return yield* instead(server, options, connection.failure.message)
    server.isOurs = yield* Ownership.take(connection.success).pipe(
      Effect.as(true),
      Effect.catchTag("SqlError", (error) => failed(server, options, error.message)),
      Effect.tapError(({ reason }) => Effect.sync(() => (server.isOurs &&= reason !== "InUse"))),
      Effect.catchIf(
        ({ reason }) => options.asGuest && reason === "InUse",
        () => Effect.succeed(false)
      )
    )
    return server.socketDirectory
  })

/** How long a server may take until it answers. After a crash it first repeats what it had not finished writing. */
const startTimeout = "60 seconds"

const findOrStart = Effect.fnUntraced(function* (options: Options) {
  const running = yield* onFiles(options.data, () => Postmaster.find(options.data))
  if (running === undefined) return yield* start(options)
  const isGone = async () => !(await Postmaster.isRunning(running.pid))
  return { ...running, isGone, isOurs: false } as Server
})

const start = Effect.fnUntraced(function* ({ binaries, data, log, user }: Options) {
  const { complaints, file } = yield* onFiles(log, () => ServerLog.open(log))
  const socketDirectory = yield* onFiles(temporary, () => makeSocketDirectory(user))
  return yield* Effect.callback<Server, EmbeddedPostgresError>((resume) => {
    // Detached, so that Ctrl-C in the terminal reaches this process alone, which then stops the server last.
    const server = spawn(
      binaries.postgres,
      ["-D", Cluster.pathFor(data, user), "-k", socketDirectory, "-c", "listen_addresses=", "-p", "5432"],
      { ...user, cwd: data, env: Cluster.environment, detached: true, stdio: ["ignore", file.fd, file.fd] }
    )
    server.unref()
    const isGone = () => Promise.resolve(server.exitCode !== null || server.signalCode !== null)
    server.once("spawn", () =>
      resume(Effect.succeed({ pid: server.pid!, socketDirectory, isGone, complaints, isOurs: true }))
    )
    server.once("error", (cause) => resume(doesNotRun(data, log, cause.message)))
  }).pipe(
    Effect.onError(() => removeSocketDirectory(socketDirectory)),
    Effect.ensuring(Effect.promise(() => file.close()))
  )
})

// The path of a socket has to be shorter than 104 bytes on some systems.
const temporary = Os.tmpdir().length < 60 ? Os.tmpdir() : "/tmp"

/** A folder that only this user and the server's can enter. */
const makeSocketDirectory = async (user: ServerUser | undefined): Promise<string> => {
  const directory = await Fs.mkdtemp(Path.join(temporary, Postmaster.socketPrefix))
  if (user !== undefined) await Fs.chown(directory, user.uid, user.gid)
  return directory
}

/** A server that ended in order has removed the socket. */
const removeSocketDirectory = (path: string) => Effect.promise(() => Fs.rmdir(path).catch(() => undefined))

/** The first connection to the server, unless it goes away instead of becoming ready, or is not ready in time. */
const connectWhenReady = (server: Server) =>
  Ownership.connect(server.socketDirectory).pipe(
    Effect.retry({
      schedule: Schedule.spaced("20 millis"),
      while: ({ reason }) => reason._tag !== "AuthenticationError",
      until: () => Effect.promise(server.isGone)
    }),
    Effect.timeout(startTimeout)
  )

/** What there is instead of a server that cannot be reached: another one, or a failure. */
const instead = Effect.fnUntraced(function* (server: Server, options: Options, problem: string) {
  if (!(yield* Effect.promise(server.isGone))) {
    return yield* failed(server, options, `process ${server.pid} cannot be reached: ${problem}`)
  }
  const wasLeftBehind = server.complaints === undefined
  const another = yield* onFiles(options.data, () => Postmaster.find(options.data))
  return wasLeftBehind || another !== undefined ? yield* acquire(options) : yield* failed(server, options, "it ended")
})

/** Asks the server to end at once but in order, and insists if it does not. */
const stop = (server: Server) =>
  Effect.gen(function* () {
    yield* signal(server, "SIGINT")
    yield* untilGone(server).pipe(
      Effect.timeoutOrElse({ duration: "20 seconds", orElse: () => signal(server, "SIGQUIT") })
    )
    yield* untilGone(server).pipe(Effect.timeoutOption("5 seconds"))
    yield* removeSocketDirectory(server.socketDirectory)
  })

const signal = (server: Server, name: NodeJS.Signals) =>
  Effect.promise(async () => {
    if (!(await server.isGone())) process.kill(server.pid, name)
  }).pipe(Effect.catchDefect(() => Effect.void)) // It went away meanwhile.

const untilGone = (server: Server) =>
  Effect.promise(server.isGone).pipe(Effect.repeat({ until: (gone) => gone, schedule: Schedule.spaced("10 millis") }))

const failed = Effect.fnUntraced(function* (server: Server, { data, log }: Options, detail: string) {
  const complaints = server.complaints === undefined ? "" : yield* Effect.promise(server.complaints)
  return yield* doesNotRun(data, log, complaints === "" ? detail : complaints)
})

const doesNotRun = (data: string, log: string, detail: string) =>
  new EmbeddedPostgresError({
    reason: "ServerFailed",
    detail: `The PostgreSQL server does not run on ${data}:\n${detail}`,
    remedy:
      `Its messages are in ${log}. See that the disk has space; to begin with an empty database, move ${data} away ` +
      `(windmill deletes nothing). ${useAnother}`
  })
