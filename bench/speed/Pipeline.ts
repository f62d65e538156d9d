/** Everything together: what an image costs that thirteen services without latency answer about, with its crops. */
import { randomBytes } from "node:crypto"
import { mkdir, symlink, writeFile } from "node:fs/promises"
import { join } from "node:path"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"
import * as Jobs from "./Jobs.ts"
import * as Postprocess from "./Postprocess.ts"
import * as Processes from "./Processes.ts"
import type { Servers } from "./Servers.ts"

/** Of each image, from its jobs to the last of what is derived. */
export interface Cost {
  /** Images per second. */
  readonly rate: number
  /** Microseconds of CPU. */
  readonly worker: number
  readonly postprocess: number
  readonly postgres: number
  /** `NaN` when the broker is not on this machine. */
  readonly broker: number
  readonly statements: number
  readonly transactions: number
  /** Bytes by which the database grows. */
  readonly bytes: number
  /** Updates of its row in `images`, and how many of them touch no index. */
  readonly updates: number
  readonly hot: number
}

export interface Costs {
  /** Images that wait for the one before. */
  readonly alone: Cost
  /** Images that are all there from the beginning. */
  readonly loaded: Cost
}

/** One worker for all services and one postprocessor are the same for both; what they do at first is not counted. */
export const measure = (servers: Servers, images: { readonly alone: number; readonly loaded: number }) =>
  withPrograms(servers, async (programs) => {
    const picture = await Jobs.makePicture(servers)
    await analyze(servers, picture, warmUp)
    const alone = await costOf(servers, programs, images.alone, async () => {
      for (let i = 0; i < images.alone; i++) await analyze(servers, picture, 1)
    })
    const loaded = await costOf(servers, programs, images.loaded, () => analyze(servers, picture, images.loaded))
    return { alone, loaded } satisfies Costs
  })

/** What works on images, and where others find the services. */
export interface Programs {
  readonly worker: Processes.Process
  readonly postprocess: Processes.Process
  readonly environment: Readonly<Record<string, string>>
}

/**
 * Runs one worker for all services, one postprocessor, and services without latency as long as `use` takes. Every service says of a
 * picture what it says of a sample, and of each crop what it says of a person in that.
 */
export const withPrograms = async <A>(servers: Servers, use: (programs: Programs) => Promise<A>): Promise<A> => {
  const [sample] = Postprocess.samples
  const { box } = sample!.scene.objects.find(({ concept }) => concept === "person")!
  const person = { ...sample!, region: box, width: box.width, height: box.height }
  const said = services.flatMap(({ crops, id }) => [
    [`/${id}`, Postprocess.reply(id, sample!)],
    ...(crops === undefined ? [] : [[`crop /${id}`, Postprocess.reply(id, person)]])
  ])
  const service = Processes.contestant("service", {
    LATENCY: "0",
    CONCURRENCY: "8",
    REPLIES: JSON.stringify(Object.fromEntries(said))
  })
  await Processes.until(() => service.said() !== "")
  const config = join(servers.folder, "all.json")
  const address = { host: "127.0.0.1", port: Number(service.said()) }
  const entries = services.map(({ id }) => [id, { ...address, endpoint: `/${id}` }])
  await writeFile(config, JSON.stringify({ services: Object.fromEntries(entries) }))
  const environment = { ...servers.environment, SERVICE_CONFIG: config }
  const worker = Processes.program("worker", ["--service", "all"], environment)
  const postprocess = Processes.program("postprocess", [], environment)
  try {
    return await use({ worker, postprocess, environment })
  } finally {
    await Promise.all([worker, postprocess].map(({ stop }) => stop()))
    await service.stop()
    await servers.purge()
  }
}

/** Images before anything is measured: 3,000 jobs, after which V8 has compiled what is used much. */
const warmUp = 231

/** Makes images known, publishes their jobs, and waits until all is derived. */
const analyze = async (servers: Servers, picture: string, count: number): Promise<void> => {
  const { database, folder } = servers
  const home = join(folder, randomBytes(4).toString("hex"))
  await mkdir(home)
  for (let i = 0; i < count; i++) await symlink(picture, join(home, `${i}.jpg`))
  const { rows } = await database.query<{ image_id: string; filename: string }>(
    `INSERT ${own} INTO images (source_key, image_filename, image_path, requested_services)
      SELECT $1 || '/' || i, i || '.jpg', $1 || '/' || i || '.jpg', $2 FROM generate_series(0, $3::int - 1) AS i
      ORDER BY i RETURNING image_id, image_filename AS filename`,
    [home, services.map(({ id }) => id), count]
  )
  for (const { filename, image_id } of rows) {
    for (const { id, queue } of services) {
      const image = { filename, path: join(home, filename) }
      Jobs.publish(
        servers,
        queue,
        Buffer.from(JSON.stringify({ version: 1, image_id: Number(image_id), service: id, image }))
      )
    }
  }
  await servers.channel.waitForConfirms()
  const first = Number(rows[0]!.image_id)
  await Processes.until(async () => {
    const { rows } = await database.query<{ open: number }>(
      `SELECT ${own} count(coalesce(owing, boxes_stale, consensus_stale, enrichment_stale))::int AS open
        FROM images WHERE image_id >= $1`,
      [first]
    )
    return rows[0]!.open === 0
  })
}

const services = ServiceCatalog.standard

/** Tells the statements of the bench from those of windmill. PostgreSQL counts them without what stands before the first word. */
const own = "/* bench */"
const isOwn = `query LIKE '%${own}%'`

const costOf = async (servers: Servers, programs: Programs, images: number, work: () => Promise<void>) => {
  const before = await look(servers, programs)
  await work()
  const after = await look(servers, programs)
  const each = (name: keyof typeof before) => (after[name] - before[name]) / images
  return {
    rate: 1000 / each("at"),
    worker: each("worker"),
    postprocess: each("postprocess"),
    postgres: each("postgres"),
    broker: each("broker"),
    statements: each("statements"),
    transactions: each("transactions"),
    bytes: each("bytes"),
    updates: each("updates"),
    hot: each("hot")
  } satisfies Cost
}

const look = async ({ broker, database, postgres }: Servers, { postprocess, worker }: Programs) => {
  await database.query(`SELECT ${own} pg_stat_force_next_flush()`)
  // Backends tell their numbers when they have been idle for a second.
  await Processes.pause(1500)
  // Transactions of windmill are those that are not the bench's own, each of which is a statement.
  const { rows } = await database.query<Record<"statements" | "transactions" | "bytes" | "updates" | "hot", number>>(
    `SELECT ${own}
      (SELECT coalesce(sum(calls), 0)::int FROM pg_stat_statements WHERE NOT ${isOwn}) AS statements,
      (SELECT xact_commit::int FROM pg_stat_database WHERE datname = current_database())
        - (SELECT coalesce(sum(calls), 0)::int FROM pg_stat_statements WHERE ${isOwn}) AS transactions,
      pg_database_size(current_database())::float8 AS bytes,
      n_tup_upd::int AS updates, n_tup_hot_upd::int AS hot
    FROM pg_stat_user_tables WHERE relname = 'images'`
  )
  return {
    at: performance.now(),
    worker: worker.cpu(),
    postprocess: postprocess.cpu(),
    postgres: Processes.cpuOfFamily(postgres),
    broker: broker === undefined ? Number.NaN : Processes.cpuOf(broker),
    ...rows[0]!
  }
}
