/** Images and jobs about them, ready for the programs. */
import { randomBytes } from "node:crypto"
import { mkdir, symlink } from "node:fs/promises"
import { join } from "node:path"
import sharp from "sharp"
import { publishedHeader } from "../../src/domain/Messages.ts"
import * as TraceContext from "../../src/domain/TraceContext.ts"
import type { Servers } from "./Servers.ts"

/** An image with a job about it. */
export interface Job {
  readonly imageId: number
  readonly body: Buffer
}

/** What the service says about every picture. */
export const reply = JSON.stringify({
  service: "rtdetr",
  status: "success",
  predictions: [
    { label: "person", confidence: 0.91, bbox: { x: 52, y: 40, width: 180, height: 390 } },
    { label: "dog", confidence: 0.83, bbox: { x: 300, y: 250, width: 160, height: 130 } },
    { label: "bench", confidence: 0.47, bbox: { x: 20, y: 300, width: 600, height: 120 } }
  ],
  metadata: { processing_time: 0.02, model_info: { framework: "RT-DETR" } }
})

/** Makes a picture of 640 x 480 pixels, with enough noise that its file is as large as that of a photo. */
export const makePicture = async ({ folder }: Servers): Promise<string> => {
  const path = join(folder, "picture.jpg")
  await sharp(randomBytes(160 * 120 * 3), { raw: { width: 160, height: 120, channels: 3 } })
    .resize(640, 480)
    .jpeg({ quality: 80 })
    .toFile(path)
  return path
}

/** Makes `count` images known, each a file of its own with the picture, and asks `rtdetr` about them. Publishes nothing. */
export const make = async (
  { database, folder }: Servers,
  picture: string,
  count: number
): Promise<ReadonlyArray<Job>> => {
  const home = join(folder, randomBytes(4).toString("hex"))
  await mkdir(home)
  for (let i = 1; i <= count; i++) await symlink(picture, join(home, `${i}.jpg`))
  const { rows } = await database.query<{ image_id: string; image_filename: string; image_path: string }>(
    `INSERT INTO images (source_key, image_filename, image_path, requested_services)
      SELECT $1 || '/' || i, i || '.jpg', $1 || '/' || i || '.jpg', '{rtdetr}' FROM generate_series(1, $2::int) AS i
      ORDER BY i RETURNING image_id, image_filename, image_path`,
    [home, count]
  )
  return rows.map(({ image_filename, image_id, image_path }) => {
    const imageId = Number(image_id)
    const image = { filename: image_filename, path: image_path }
    return { imageId, body: Buffer.from(JSON.stringify({ version: 1, image_id: imageId, service: "rtdetr", image })) }
  })
}

/** Publishes a message in a trace of its own. */
export const publish = ({ channel, queue }: Servers, name: string, body: Buffer): void => {
  const trace = `00-${randomBytes(16).toString("hex")}-${randomBytes(8).toString("hex")}-01`
  channel.publish("", queue(name), body, {
    persistent: true,
    headers: { [TraceContext.header]: trace, [publishedHeader]: String(Date.now()) }
  })
}

/** Publishes the jobs; they are in the queue when this returns. */
export const publishAll = async (servers: Servers, jobs: ReadonlyArray<Job>): Promise<void> => {
  for (const { body } of jobs) publish(servers, "queue_rtdetr", body)
  await servers.channel.waitForConfirms()
}

/** Counts the answers about images after one. */
export const answersAfter = (servers: Servers, imageId: number) => async (): Promise<number> => {
  const { rows } = await servers.database.query<{ done: number }>(
    "SELECT count(*)::int AS done FROM results WHERE image_id > $1",
    [imageId]
  )
  return rows[0]!.done
}
