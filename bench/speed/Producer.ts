/** The producer against a bare publisher, and the memory it takes. */
import { randomUUID } from "node:crypto"
import { published } from "../../src/domain/Messages.ts"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"
import * as TraceContext from "../../src/domain/TraceContext.ts"
import * as Processes from "./Processes.ts"
import type { Servers } from "./Servers.ts"

export interface Production {
  /** Confirmed messages per second. */
  readonly bare: number
  readonly windmill: number
  /** Bytes the producer has in the first half of the time at most, and in the second. */
  readonly memory: readonly [early: number, late: number]
}

const trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

/** How many messages an image takes. */
export const messages = ServiceCatalog.standard.length

/** Each publishes a message to every service about each of the images. */
export const produce = async (servers: Servers, images: number): Promise<Production> => {
  const bare = await publishBare(servers, images * messages)
  await servers.purge()
  const samples = await runProducer(servers, images)
  await servers.purge()
  // RabbitMQ 3 breaks down when a queue is deleted while it clears away what was in it.
  await Processes.pause(10_000)
  const half = (samples[0]!.at + samples.at(-1)!.at) / 2
  const most = (some: ReadonlyArray<Moment>) => Math.max(...some.map(({ memory }) => memory))
  return {
    bare,
    windmill: messages * Processes.paceOf(samples, images / 20).rate,
    memory: [most(samples.filter(({ at }) => at < half)), most(samples.filter(({ at }) => at >= half))]
  }
}

const publishBare = async (servers: Servers, count: number): Promise<number> => {
  const image = { filename: "12345.jpg", path: "/pictures/2026/a folder/12345.jpg" }
  const publisher = Processes.contestant("barePublisher", {
    ...servers.environment,
    BODY: JSON.stringify({ version: 1, image_id: 12_345, service: "detectron2", image }),
    COUNT: String(count),
    QUEUES: ServiceCatalog.standard.map(({ queue }) => servers.queue(queue)).join(),
    HEADERS: JSON.stringify({ [TraceContext.header]: trace, ...published(Date.now()) })
  })
  await publisher.ended
  return count / Number(publisher.said())
}

interface Moment extends Processes.Sample {
  readonly memory: number
}

/** Runs the producer on images that are known, as `--limit` does, and returns how far it was every now and then. */
const runProducer = async (servers: Servers, images: number): Promise<ReadonlyArray<Moment>> => {
  const { rows } = await servers.database.query<{ last: number }>(
    `WITH made AS (
      INSERT INTO images (source_key, image_filename, image_path, requested_services, trace_parent)
      SELECT $1 || '/' || i, i || '.jpg', '/pictures/2026/a folder/' || i || '.jpg', '{}', $2
      FROM generate_series(1, $3::int) AS i RETURNING image_id)
    SELECT min(image_id)::int - 1 AS last FROM made`,
    [randomUUID(), trace, images]
  )
  const { last } = rows[0]!
  const producer = Processes.program("producer", ["--services", "all", "--limit", String(images)], servers.environment)
  const samples: Array<Moment> = []
  const end = { isReached: false }
  const code = producer.ended.finally(() => (end.isReached = true))
  while (!end.isReached) {
    const { rows } = await servers.database.query<{ done: number }>(
      "SELECT count(*)::int AS done FROM images WHERE image_id > $1 AND requested_services <> '{}'",
      [last]
    )
    const { done } = rows[0]!
    const memory = producer.memory()
    if (memory !== undefined && done > 0) samples.push({ done, at: performance.now(), cpu: producer.cpu(), memory })
    await Processes.pause(100)
  }
  if ((await code) !== 0) throw new Error(`The producer failed: ${producer.said()}`)
  return samples
}
