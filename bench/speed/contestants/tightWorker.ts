/**
 * The duties of windmill's worker, written for speed alone: a picture is read before its turn comes, a reply frees its place for the
 * next request at once, answers are recorded together while the statement before runs, by the statement that windmill has, a
 * hint is confirmed for each, and what is written to the broker at once is sent at once. No failure is handled.
 */
import * as Amqp from "amqplib"
import { readFile } from "node:fs/promises"
import type { Duplex } from "node:stream"
import { Pool as Database } from "pg"
import { Pool as Service } from "undici"

const { AMQP_URL, CONCURRENCY, DATABASE_URL, HINT, PREFETCH, QUEUE, SERVICE_URL } = process.env as Record<
  string,
  string
>

const { origin, pathname: path } = new URL(SERVICE_URL!)
const places = Number(CONCURRENCY)
const service = new Service(origin, { connections: places, pipelining: 1 })
const database = new Database({ connectionString: DATABASE_URL!, max: 2 })
const connection = await Amqp.connect(AMQP_URL!)

/** Gathers the frames of a turn. */
const { stream } = connection.connection as Amqp.Connection & { readonly stream: Duplex }
const write = stream.write.bind(stream) as (frame: Uint8Array) => boolean
stream.write = (frame: Uint8Array) => {
  if (stream.writableCorked === 0) {
    stream.cork()
    process.nextTick(() => stream.uncork())
  }
  return write(frame)
}

interface Request {
  readonly message: Amqp.ConsumeMessage
  readonly job: { readonly image_id: number; readonly service: string }
  readonly body: Buffer
}

interface Answer extends Request {
  readonly reply: string
}

const boundary = "windmill-bench"
const end = Buffer.from(`\r\n--${boundary}--\r\n`)
const headers = { "content-type": `multipart/form-data; boundary=${boundary}` }

const ready: Array<Request> = []
let asking = 0

const ask = (request: Request): void => {
  asking++
  const parts: Array<Buffer> = []
  service.dispatch(
    { path, method: "POST", headers, body: request.body },
    {
      onConnect: () => {},
      onHeaders: () => true,
      onData: (part) => parts.push(part) > 0,
      onComplete: () => {
        asking--
        askNext()
        answered.push({
          ...request,
          reply: parts.length === 1 ? parts[0]!.toString() : Buffer.concat(parts).toString()
        })
        if (!isRecording) setImmediate(record)
        isRecording = true
      },
      onError: (error) => {
        throw error
      }
    }
  )
}

const askNext = (): void => {
  if (asking < places && ready.length > 0) ask(ready.shift()!)
}

let answered: Array<Answer> = []
let isRecording = false

const record = async (): Promise<void> => {
  while (answered.length > 0) {
    const batch = answered
    answered = []
    const nothing = batch.map(() => null)
    await database.query({
      name: "record",
      text: statement,
      values: [
        batch.map(({ job }) => job.image_id),
        batch.map(({ job }) => job.service),
        batch.map(() => "success"),
        // What a service says is read before it is kept.
        batch.map(({ reply }) => JSON.stringify(JSON.parse(reply))),
        nothing,
        nothing,
        batch.map(() => 0.02),
        batch.map(() => "tight"),
        batch.map(() => 1),
        batch.map(() => 0.1)
      ]
    })
    for (const { job, message } of batch) tell(message, job.image_id)
  }
  isRecording = false
}

const tell = (message: Amqp.ConsumeMessage, imageId: number): void => {
  const body = Buffer.from(JSON.stringify({ version: 1, image_id: imageId }))
  const { headers } = message.properties
  channel.publish("", HINT!, body, { persistent: true, headers }, () => channel.ack(message))
}

const statement = `
  WITH locked AS MATERIALIZED (
    SELECT image_id, picture, revision > 0 AS has_facts FROM images WHERE image_id = ANY ($1::bigint[])
    ORDER BY image_id FOR NO KEY UPDATE
  ), new AS (
    INSERT INTO results
      (image_id, service, status, data, error_class, error_reason, processing_time, worker_id, attempts, handling_time)
    SELECT image_id, service, status, data::jsonb, error_class, error_reason, processing_time, worker_id, attempts,
      handling_time
    FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::float8[], $8::text[],
      $9::float8[], $10::float8[]) WITH ORDINALITY AS
      r (image_id, service, status, data, error_class, error_reason, processing_time, worker_id, attempts, handling_time,
        place)
    WHERE (SELECT count(*) FROM locked) >= 0
    ORDER BY place
    ON CONFLICT (image_id, service) DO UPDATE SET
      status = excluded.status, data = excluded.data, error_class = excluded.error_class,
      error_reason = excluded.error_reason, processing_time = excluded.processing_time,
      result_created = excluded.result_created, renewal = NULL, worker_id = excluded.worker_id,
      attempts = excluded.attempts, handling_time = excluded.handling_time
    WHERE results.renewal IS NOT NULL
    RETURNING image_id, service
  ), counted AS (
    UPDATE images SET
      revision = revision + facts,
      answered_services = answered_services +
        (SELECT count(*) FROM unnest(services) AS service WHERE service = ANY (requested_services))
    FROM (SELECT image_id, count(*) AS facts, array_agg(service) AS services FROM new GROUP BY image_id) AS gained
    WHERE images.image_id = gained.image_id
  )
  SELECT image_id, service, picture, has_facts FROM new JOIN locked USING (image_id)`

const channel = await connection.createConfirmChannel()
await channel.prefetch(Number(PREFETCH))
await channel.consume(QUEUE!, async (message) => {
  const job = JSON.parse(message!.content.toString())
  const picture = await readFile(job.image.path)
  const begin = Buffer.from(
    `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${job.image.filename}"\r\n` +
      `content-type: image/jpeg\r\n\r\n`
  )
  ready.push({ message: message!, job, body: Buffer.concat([begin, picture, end]) })
  askNext()
})
