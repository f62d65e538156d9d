/** Harmonizing and voting: images per second, and whether that stays so as the tables grow. */
import { Effect, Option } from "effect"
import { readFileSync } from "node:fs"
import * as Perception from "#farm/simulated/Perception"
import * as ScenePictures from "#farm/simulated/ScenePictures"
import * as Samples from "#farm/simulated/Samples"
import type { View } from "#farm/simulated/View"
import { hintQueue } from "../../src/domain/Messages.ts"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"
import * as Jobs from "./Jobs.ts"
import * as Processes from "./Processes.ts"
import type { Servers } from "./Servers.ts"

/** The services that have answered about an image. */
export const answers = {
  3: ["detectron2", "rtdetr", "yolov8"],
  13: ServiceCatalog.standard.map(({ id }) => id as string)
} as const

export interface Postprocessing extends Processes.Pace {
  /** Scans of whole tables, and scans of an index, by the server's own count. */
  readonly scans: { readonly sequential: number; readonly index: number }
}

/** Images whose answers are there already are hinted at as workers do it, all at once; both stages run in one process. */
export const postprocess = async (
  servers: Servers,
  images: number,
  services: ReadonlyArray<string>
): Promise<Postprocessing> => {
  const last = await answered(servers, images, services)
  for (let i = 1; i <= images; i++) {
    const body = Buffer.from(JSON.stringify({ version: 1, image_id: last + i }))
    Jobs.publish(servers, hintQueue.harmonize, body)
  }
  await servers.channel.waitForConfirms()
  return await measured(servers, images, last, "1 hour")
}

/** Images that another algorithm has derived, of which no message tells. */
export const recompute = async (
  servers: Servers,
  images: number,
  services: ReadonlyArray<string>
): Promise<Postprocessing> => {
  const last = await answered(servers, images, services)
  await servers.database.query(
    `UPDATE images SET boxes_revision = revision, consensus_revision = revision, enrichment_revision = revision,
      boxes_algorithm = 'another', consensus_algorithm = 'another', enrichment_algorithm = 'another'
      WHERE image_id > $1`,
    [last]
  )
  await servers.database.query("ANALYZE")
  return await measured(servers, images, last, "30 seconds")
}

/** Both stages run in one process until all images after `last` are derived. */
const measured = async (
  servers: Servers,
  images: number,
  last: number,
  sweepEvery: string
): Promise<Postprocessing> => {
  const before = await scans(servers)
  const stages = ["--stage", "harmonize", "--stage", "consensus"]
  const program = Processes.program("postprocess", [...stages, "--sweep-every", sweepEvery], servers.environment)
  const count = async () => {
    const { rows } = await servers.database.query<{ done: number }>(
      `SELECT count(*)::int AS done FROM images
        WHERE image_id > $1 AND boxes_revision = revision AND consensus_revision = revision
          AND boxes_algorithm <> 'another' AND consensus_algorithm <> 'another'`,
      [last]
    )
    return rows[0]!.done
  }
  const pace = Processes.paceOf(await Processes.watch([program], count, images), images / 10)
  const after = await scans(servers)
  await servers.purge()
  return {
    ...pace,
    scans: { sequential: after.sequential - before.sequential, index: after.index - before.index }
  }
}

/** Fills the tables with images that are done, as many as are missing to `images`. */
export const grow = async (servers: Servers, images: number): Promise<void> => {
  const { database } = servers
  const { rows } = await database.query<{ count: number }>("SELECT count(*)::int AS count FROM images")
  const last = await answered(servers, images - rows[0]!.count, answers[3])
  await database.query(
    `INSERT INTO boxes (image_id, merged_id, rank, source_result_ids, status, revision,
        concept, confidence, agreeing, dissenting, ayes, noes)
      SELECT images.image_id, box.merged_id, box.rank, box.source_result_ids, box.status, 3,
        box.concept, box.confidence, box.agreeing, box.dissenting, box.ayes, box.noes
      FROM images CROSS JOIN (SELECT * FROM boxes WHERE image_id = (SELECT min(image_id) FROM boxes)) AS box
      WHERE images.image_id > $1`,
    [last]
  )
  await database.query(
    `INSERT INTO box_details (image_id, algorithm, details)
      SELECT images.image_id, box.algorithm, box.details FROM images CROSS JOIN
        (SELECT * FROM box_details WHERE image_id = (SELECT min(image_id) FROM boxes)) AS box
      WHERE images.image_id > $1`,
    [last]
  )
  await database.query(
    `INSERT INTO postprocessing
      (image_id, merged_box_id, service, data, status, region_x, region_y, region_width, region_height)
      SELECT image_id, merged_id, 'colors', '{}', 'success', 0, 0, 10, 10 FROM boxes
      WHERE image_id > $1 AND rank = 0`,
    [last]
  )
  await database.query(
    `INSERT INTO votes (image_id, data, accepted, texts, processing_time, revision, algorithm)
      SELECT images.image_id, vote.data, vote.accepted, vote.texts, vote.processing_time, 3, vote.algorithm
      FROM images CROSS JOIN
        (SELECT * FROM votes WHERE image_id = (SELECT min(image_id) FROM votes)) AS vote
      WHERE images.image_id > $1`,
    [last]
  )
  await database.query(
    `UPDATE images SET boxes_revision = revision, consensus_revision = revision, enrichment_revision = revision,
      boxes_algorithm = one.boxes_algorithm, consensus_algorithm = one.consensus_algorithm
      FROM (SELECT boxes_algorithm, consensus_algorithm FROM images WHERE boxes_algorithm IS NOT NULL LIMIT 1) AS one
      WHERE image_id > $1`,
    [last]
  )
  await database.query("VACUUM ANALYZE")
}

/** Makes images known with the answers of the services about sample pictures. Returns the id before the first. */
const answered = async ({ database }: Servers, images: number, services: ReadonlyArray<string>): Promise<number> => {
  const { rows } = await database.query<{ last: number }>(
    `WITH made AS (
      INSERT INTO images (source_key, image_filename, image_path, requested_services, answered_services, revision)
      SELECT gen_random_uuid(), i || '.jpg', '/' || i || '.jpg', $1, cardinality($1::text[]), cardinality($1::text[])
      FROM generate_series(1, $2::int) AS i RETURNING image_id)
    SELECT min(image_id)::int - 1 AS last FROM made`,
    [services, images]
  )
  const { last } = rows[0]!
  for (const service of services) {
    await database.query(
      `INSERT INTO results (image_id, service, status, data, processing_time, worker_id)
        SELECT image_id, $2, 'success', ($3::jsonb[])[1 + image_id % cardinality($3::jsonb[])], 0.1, 'bench'
        FROM images WHERE image_id > $1 ORDER BY image_id`,
      [last, service, samples.map((view) => reply(service, view))]
    )
  }
  await database.query("ANALYZE")
  return last
}

/** What the sample pictures show. */
export const samples = await Samples.paths.pipe(
  Effect.flatMap(Effect.forEach((path) => ScenePictures.make().read(readFileSync(path)))),
  Effect.map((pictures) => pictures.flatMap(({ view }) => Option.toArray(view))),
  Effect.runPromise
)

/** What the service says about a sample picture; of colors and metadata, a recorded reply. */
export const reply = (service: string, view: View): string =>
  service === "colors" || service === "metadata"
    ? readFileSync(`test/fixtures/replies/${service}.json`, "utf8")
    : JSON.stringify({
        service,
        status: "success",
        predictions: Perception.predictions(service as Perception.PerceivingService, view)
      })

const scans = async ({ database }: Servers): Promise<Postprocessing["scans"]> => {
  await database.query("SELECT pg_stat_force_next_flush()")
  const { rows } = await database.query<Postprocessing["scans"]>(
    `SELECT sum(seq_scan)::int AS sequential, sum(idx_scan)::int AS index FROM pg_stat_user_tables
      WHERE relname IN ('images', 'results', 'boxes', 'box_details', 'votes', 'postprocessing')`
  )
  return rows[0]!
}
