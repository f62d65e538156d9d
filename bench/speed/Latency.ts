/** How long after an answer its image is harmonized, when everything is half as busy as it can be. */
import * as Jobs from "./Jobs.ts"
import * as Processes from "./Processes.ts"
import type { Servers } from "./Servers.ts"
import { withService } from "./Worker.ts"

export interface Latency {
  /** Images per second, from job to harmonized boxes. */
  readonly full: number
  /** Milliseconds from the commit of an answer to the commit of the boxes with it. */
  readonly median: number
  readonly p99: number
}

/** First as fast as a worker and a postprocessor can together, then at half that rate. */
export const measure = (servers: Servers, images: number): Promise<Latency> =>
  withService(servers, 0, async ({ environment }) => {
    const picture = await Jobs.makePicture(servers)
    const start = (): [Processes.Process, Processes.Process] => [
      Processes.program("postprocess", ["--stage", "harmonize"], environment),
      Processes.program("worker", ["--service", "rtdetr"], environment)
    ]
    const all = await Jobs.make(servers, picture, images)
    await Jobs.publishAll(servers, all)
    const first = all[0]!.imageId
    const full = Processes.paceOf(
      await Processes.watch(start(), harmonizedFrom(servers, first), images),
      images / 5
    ).rate
    await servers.purge()

    const some = await Jobs.make(servers, picture, images)
    const from = some[0]!.imageId
    const processes = start()
    const publishing = publishAt(servers, some, full / 2)
    await Processes.watch(processes, harmonizedFrom(servers, from), images)
    await publishing
    // The first fifth is left out: programs that have just started.
    const { rows } = await servers.database.query<{ median: number; p99: number }>(
      `SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY latency) AS median,
        percentile_cont(0.99) WITHIN GROUP (ORDER BY latency) AS p99
      FROM (
        SELECT 1000 * extract(epoch FROM
          pg_xact_commit_timestamp(derivations.xmin) - pg_xact_commit_timestamp(results.xmin))::float8 AS latency
        FROM results JOIN derivations USING (image_id)
        WHERE stage = 'harmonize' AND image_id >= $1) AS each`,
      [from + Math.floor(images / 5)]
    )
    await servers.purge()
    return { full, ...rows[0]! }
  })

const publishAt = async (servers: Servers, jobs: ReadonlyArray<Jobs.Job>, rate: number): Promise<void> => {
  // The programs are there when the first jobs come.
  await Processes.pause(5000)
  const start = performance.now()
  let sent = 0
  while (sent < jobs.length) {
    const due = Math.min(jobs.length, Math.floor(((performance.now() - start) / 1000) * rate))
    for (; sent < due; sent++) Jobs.publish(servers, "queue_rtdetr", jobs[sent]!.body)
    await Processes.pause(5)
  }
  await servers.channel.waitForConfirms()
}

const harmonizedFrom = (servers: Servers, imageId: number) => async (): Promise<number> => {
  const { rows } = await servers.database.query<{ done: number }>(
    "SELECT count(*)::int AS done FROM images WHERE image_id >= $1 AND boxes_revision > 0",
    [imageId]
  )
  return rows[0]!.done
}
