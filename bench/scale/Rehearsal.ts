/** Many images through everything, and how the programs, the tables and the queues are meanwhile. */
import { mkdir, symlink } from "node:fs/promises"
import { join } from "node:path"
import { hintQueue } from "../../src/domain/Messages.ts"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"
import * as Jobs from "../speed/Jobs.ts"
import * as Pipeline from "../speed/Pipeline.ts"
import * as Processes from "../speed/Processes.ts"
import type { Servers } from "../speed/Servers.ts"

/** How everything is when so many images are done. */
export interface Moment {
  readonly done: number
  /** Milliseconds of a clock that only goes forward. */
  readonly at: number
  readonly tables: ReadonlyArray<Table>
  /** Messages that are in the queues of services, and in those of stages. */
  readonly jobs: number
  readonly hints: number
  /** Bytes of memory; `undefined` of what is not on this machine. */
  readonly memory: Readonly<Record<"broker" | "worker" | "postprocess", number | undefined>>
  /** Microseconds of CPU since the program started. */
  readonly cpu: Readonly<Record<"worker" | "postprocess" | "postgres", number>>
}

/** The bytes of a table, and its rows that are no more. */
export interface Table {
  readonly name: string
  /** Of rows and of what is stored apart from them. */
  readonly rows: number
  readonly indexes: number
  readonly dead: number
}

/** The bytes of a table with its indexes, and those that it has when it is written anew. */
export interface Bloat {
  readonly name: string
  readonly grown: number
  readonly fresh: number
}

export interface Rehearsal {
  readonly moments: ReadonlyArray<Moment>
  readonly bloats: ReadonlyArray<Bloat>
}

export interface Options {
  readonly images: number
  /** Images that are known and not done, at most. */
  readonly ahead: number
  /** Images from one look at everything to the next. */
  readonly every: number
  readonly tell: (moment: Moment) => void
}

/** The producer submits images, some hundreds at a time, as others are done. */
export const rehearse = (servers: Servers, { ahead, every, images, tell }: Options) =>
  Pipeline.withPrograms(servers, async (programs): Promise<Rehearsal> => {
    const picture = await Jobs.makePicture(servers)
    const moments: Array<Moment> = []
    const look = async (done: number) => {
      const moment = await lookAt(servers, programs, done)
      moments.push(moment)
      tell(moment)
    }
    await look(0)
    const page = Math.ceil(ahead / 4)
    const progress = { submitted: 0, done: 0 }
    while (progress.done < images) {
      while (progress.submitted < images && progress.submitted + page - progress.done <= ahead) {
        const count = Math.min(page, images - progress.submitted)
        const pictures = await makePictures(servers, picture, progress.submitted, count)
        const producer = Processes.program(
          "producer",
          ["--services", "all", "--images", pictures],
          programs.environment
        )
        if ((await producer.ended) !== 0) throw new Error(`The producer failed: ${producer.said()}`)
        progress.submitted += count
      }
      const before = progress.done
      await Processes.until(async () => (progress.done = progress.submitted - (await countOpen(servers))) > before)
      if (progress.done >= moments.at(-1)!.done + every || progress.done === images) await look(progress.done)
      await Processes.pause(250)
    }
    return { moments, bloats: await bloatsOf(servers) }
  })

/** A folder with so many files of one picture. */
const makePictures = async (servers: Servers, picture: string, from: number, count: number): Promise<string> => {
  const folder = join(servers.folder, `pictures-${from}`)
  await mkdir(folder)
  for (let i = 1; i <= count; i++) await symlink(picture, join(folder, `${from + i}.jpg`))
  return folder
}

/** Images that wait for something. Looks into indexes of what is open only: how many are done must not make this slower. */
const countOpen = async ({ database }: Servers): Promise<number> => {
  const { rows } = await database.query<{ open: number }>(
    `SELECT count(*)::int AS open FROM images
      WHERE owing IS NOT NULL OR boxes_stale IS NOT NULL OR consensus_stale IS NOT NULL OR enrichment_stale IS NOT NULL`
  )
  return rows[0]!.open
}

const lookAt = async (servers: Servers, programs: Pipeline.Programs, done: number): Promise<Moment> => {
  const { broker, postgres } = servers
  const { postprocess, worker } = programs
  const depth = async (queues: ReadonlyArray<string>) => {
    const found = await Promise.all(queues.map((queue) => servers.channel.checkQueue(servers.queue(queue))))
    return found.reduce((sum, { messageCount }) => sum + messageCount, 0)
  }
  return {
    done,
    at: performance.now(),
    tables: await tablesOf(servers),
    jobs: await depth(ServiceCatalog.standard.map(({ queue }) => queue)),
    hints: await depth(Object.values(hintQueue)),
    memory: {
      broker: broker === undefined ? undefined : Processes.memoryOf(broker),
      worker: worker.memory(),
      postprocess: postprocess.memory()
    },
    cpu: { worker: worker.cpu(), postprocess: postprocess.cpu(), postgres: Processes.cpuOfFamily(postgres) }
  }
}

const tablesOf = async ({ database }: Servers): Promise<ReadonlyArray<Table>> => {
  const { rows } = await database.query<Table>(
    `SELECT relname AS name, pg_table_size(relid)::float8 AS rows, pg_indexes_size(relid)::float8 AS indexes,
      n_dead_tup::float8 AS dead
      FROM pg_stat_user_tables ORDER BY pg_total_relation_size(relid) DESC, relname`
  )
  return rows
}

/** The size of each table that has grown, before and after it is written anew. */
const bloatsOf = async (servers: Servers): Promise<ReadonlyArray<Bloat>> => {
  const bytes = ({ indexes, rows }: Table) => rows + indexes
  const grown = (await tablesOf(servers)).filter((table) => bytes(table) > 1024 ** 2)
  await servers.database.query("VACUUM FULL")
  const fresh = new Map((await tablesOf(servers)).map((table) => [table.name, bytes(table)]))
  return grown.map((table) => ({ name: table.name, grown: bytes(table), fresh: fresh.get(table.name)! }))
}
