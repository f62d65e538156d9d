/**
 * The servers that the benches work on: a PostgreSQL of their own, with the durability it has by default, and queues of
 * their own in the RabbitMQ of `AMQP_URL`, or of this machine. Nothing of it is left behind.
 */
import * as Amqp from "amqplib"
import { ConfigProvider, Effect, Layer } from "effect"
import { randomUUID } from "node:crypto"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Pool } from "pg"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"
import { hintQueue } from "../../src/domain/Messages.ts"
import * as EmbeddedPostgres from "../../src/layers/postgres/EmbeddedPostgres.ts"
import * as PgDatabase from "../../src/layers/postgres/PgDatabase.ts"
import * as PgResultStore from "../../src/layers/postgres/PgResultStore.ts"
import * as RabbitAddress from "../../src/layers/rabbitmq/RabbitAddress.ts"
import * as RabbitMessageBroker from "../../src/layers/rabbitmq/RabbitMessageBroker.ts"
import * as Topology from "../../src/layers/rabbitmq/Topology.ts"
import { MessageBroker } from "../../src/services/MessageBroker.ts"
import * as Processes from "./Processes.ts"

export interface Servers {
  /** A database with the tables of windmill and nothing in them. */
  readonly database: Pool
  /** For what is published and counted behind the back of the programs. */
  readonly channel: Amqp.ConfirmChannel
  /** The name in RabbitMQ of a queue of the programs. */
  readonly queue: (name: string) => string
  /** Forgets all messages. */
  readonly purge: () => Promise<void>
  /** What programs need to find all this. */
  readonly environment: Readonly<Record<string, string>>
  /** A folder for files. */
  readonly folder: string
  /** The processes of the servers; of a broker on another machine there is none. */
  readonly postgres: number
  readonly broker: number | undefined
}

/** Runs the servers as long as `use` takes. */
export const withServers = async <A>(use: (servers: Servers) => Promise<A>): Promise<A> => {
  const folder = await mkdtemp(join(tmpdir(), "windmill-bench-"))
  try {
    const directory = join(folder, "postgres")
    // The moments of commits are what latencies are computed from, statements are counted; the server has to start with both.
    await withPostgres(directory, async (url) => {
      const pool = new Pool({ connectionString: url })
      await pool.query("ALTER SYSTEM SET track_commit_timestamp = on")
      await pool.query("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'")
      await pool.end()
    })
    return await withPostgres(directory, async (url) => {
      const amqp = process.env["AMQP_URL"] ?? "amqp://guest:guest@127.0.0.1:5672"
      const prefix = `bench.${randomUUID().slice(0, 8)}.`
      // Counting must not show up among the scans of whole tables.
      const database = new Pool({ connectionString: url, max: 2, options: "-c enable_seqscan=off" })
      await database.query("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
      const postmaster = await readFile(join(directory, "data", "postmaster.pid"), "utf8")
      const servers = {
        postgres: Number.parseInt(postmaster),
        broker: Processes.listenerOf(Number(new URL(amqp).port || 5672))
      }
      const connection = await Amqp.connect(amqp)
      const channel = await connection.createConfirmChannel()
      const queue = (name: string) => Topology.namesOf(prefix, name).bulk
      const environment = {
        PATH: process.env["PATH"] ?? "",
        AMQP_URL: amqp,
        DATABASE_URL: url,
        QUEUE_PREFIX: prefix
      }
      try {
        await declareQueues(environment)
        const purge = async () => {
          for (const name of queues) await channel.purgeQueue(queue(name))
        }
        return await use({ database, channel, queue, purge, environment, folder, ...servers })
      } finally {
        await database.end()
        for (const name of queues) {
          const { bulk, express } = Topology.namesOf(prefix, name)
          for (const queue of [bulk, express]) await channel.deleteQueue(queue)
        }
        const { dead, home, retries } = Topology.sharedNames(prefix)
        for (const queue of [dead, ...retries]) await channel.deleteQueue(queue)
        for (const exchange of [dead, home, ...retries]) await channel.deleteExchange(exchange)
        await connection.close()
      }
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const queues = [...ServiceCatalog.standard.map(({ queue }) => queue), ...Object.values(hintQueue)]

const declareQueues = (env: Readonly<Record<string, string>>) =>
  MessageBroker.use((broker) => broker.declare(queues)).pipe(
    Effect.provide(RabbitMessageBroker.layer.pipe(Layer.provide(RabbitAddress.addressFromEnvironment))),
    Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env }))),
    Effect.runPromise
  )

/** Runs PostgreSQL on the folder, with the tables of windmill. */
const withPostgres = <A>(directory: string, use: (url: string) => Promise<A>): Promise<A> =>
  Effect.gen(function* () {
    const address = yield* EmbeddedPostgres.make({ directory })
    const store = PgResultStore.layer.pipe(
      Layer.provide(PgDatabase.layer),
      Layer.provide(Layer.succeed(PgDatabase.Address, address))
    )
    yield* Effect.scoped(Layer.build(store))
    const url = `postgres://${address.username}@localhost/${address.database}?host=${address.host}`
    return yield* Effect.promise(() => use(url))
  }).pipe(Effect.scoped, Effect.runPromise)
