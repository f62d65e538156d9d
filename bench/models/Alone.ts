/**
 * What a run asked the services, asked again by a loop that does nothing else: what the models take alone.
 *
 * The questions are read from the run's database. Forms and crops are made before the clock starts, so that only the services
 * work while it runs.
 */
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { Pool } from "pg"
import sharp from "sharp"
import { Agent, request } from "undici"
import { type ImageBox, imageBox } from "../../src/domain/BoundingBox.ts"
import type { EncodedImage } from "../../src/domain/ImageReference.ts"
import * as MultipartForm from "../../src/layers/http/MultipartForm.ts"
import * as SharpCropper from "../../src/layers/pictures/SharpCropper.ts"
import * as EmbeddedPostgres from "../../src/layers/postgres/EmbeddedPostgres.ts"
import { Cropper } from "../../src/services/Cropper.ts"

/** What a run asked about a photo, and about which crops of it. */
export interface Asked {
  readonly path: string
  readonly services: ReadonlyArray<string>
  readonly crops: ReadonlyArray<{ readonly service: string; readonly region: ImageBox }>
}

export interface Run {
  readonly asked: ReadonlyArray<Asked>
  /** From the first answer to the last. */
  readonly seconds: number
}

/** What the run in the data folder asked and got answers to. */
export const read = (data: string): Promise<Run> =>
  Effect.gen(function* () {
    const { database, host, username } = yield* EmbeddedPostgres.make({ directory: join(data, "postgres") })
    return yield* Effect.promise(async () => {
      const pool = new Pool({ host, database, user: username })
      try {
        const asked = await pool.query<{ path: string; services: Array<string>; crops: Array<Region> }>(asking)
        const times = await pool.query<{ seconds: number }>(duration)
        return { seconds: times.rows[0]!.seconds, asked: asked.rows.map(askedOf) }
      } finally {
        await pool.end()
      }
    })
  }).pipe(Effect.scoped, Effect.runPromise)

interface Region {
  readonly service: string
  readonly box: readonly [x: number, y: number, width: number, height: number]
}

const askedOf = ({
  crops,
  path,
  services
}: {
  path: string
  services: Array<string>
  crops: Array<Region>
}): Asked => ({
  path,
  services,
  crops: crops.map(({ box: [x, y, width, height], service }) => ({
    service,
    region: imageBox({ x, y, width, height })
  }))
})

const asking = `
  SELECT image_path AS path,
    ARRAY(SELECT service FROM results WHERE results.image_id = images.image_id ORDER BY service) AS services,
    coalesce((SELECT jsonb_agg(jsonb_build_object('service', service,
        'box', jsonb_build_array(region_x, region_y, region_width, region_height)) ORDER BY postprocessing_id)
      FROM postprocessing WHERE postprocessing.image_id = images.image_id), '[]') AS crops
  FROM images ORDER BY image_id`

const duration = `
  SELECT extract(epoch FROM max(at) - min(at))::float8 AS seconds FROM (
    SELECT result_created AS at FROM results UNION ALL SELECT result_created FROM postprocessing) AS answers`

/** Photos that are asked about at the same time: services have more to do than they can. */
const photosAtOnce = 12

/** Requests that a service has at the same time. */
const requestsAtOnce = 4

/** Seconds that services take to answer all that a run asked. `addresses` are those of the services by name. */
export const answer = async (
  asked: ReadonlyArray<Asked>,
  addresses: Readonly<Record<string, string>>
): Promise<number> => {
  const agent = new Agent({ connections: requestsAtOnce, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 })
  const ask = async ({ body, contentType, service }: Question): Promise<void> => {
    const { body: reply, statusCode } = await request(addresses[service]!, {
      dispatcher: agent,
      method: "POST",
      headers: { "content-type": contentType },
      body
    })
    const text = await reply.text()
    if (statusCode !== 200) throw new Error(`${service} answers ${statusCode}: ${text.slice(0, 200)}`)
  }
  const photos: Array<Questions> = []
  for (const one of asked) photos.push(await questionsOf(one))
  // Models are loaded when they are asked first.
  for (const { whole } of photos.slice(0, 1)) await Promise.all(whole.map(ask))
  const started = performance.now()
  let next = 0
  const loop = async () => {
    for (let photo = photos[next++]; photo !== undefined; photo = photos[next++]) {
      await Promise.all(photo.whole.map(ask))
      await Promise.all(photo.crops.map(ask))
    }
  }
  await Promise.all(Array.from({ length: photosAtOnce }, loop))
  const seconds = (performance.now() - started) / 1000
  await agent.close()
  return seconds
}

interface Question extends MultipartForm.MultipartForm {
  readonly service: string
}

interface Questions {
  readonly whole: ReadonlyArray<Question>
  /** Asked when the whole was answered. */
  readonly crops: ReadonlyArray<Question>
}

const questionsOf = (asked: Asked): Promise<Questions> =>
  Effect.gen(function* () {
    const bytes = readFileSync(asked.path)
    const { autoOrient, format } = yield* Effect.promise(() => sharp(bytes).metadata())
    const image = { bytes, filename: basename(asked.path), mediaType: `image/${format}`, ...autoOrient }
    const cut = yield* Cropper.use((cropper) => cropper.open(image))
    const crops = yield* Effect.forEach(asked.crops, ({ region, service }) =>
      Effect.map(cut(region), (crop) => questionOf(service, crop.image))
    )
    return { whole: asked.services.map((service) => questionOf(service, image)), crops }
  }).pipe(Effect.scoped, Effect.provide(SharpCropper.layer), Effect.runPromise)

const questionOf = (service: string, image: EncodedImage): Question => ({
  service,
  ...MultipartForm.ofImage("file", image, (size) => Buffer.allocUnsafe(size))
})
