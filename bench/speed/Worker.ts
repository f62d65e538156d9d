/** The worker: against the bare loop, with and without tracing, and how busy it keeps a service. */
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { hintQueue } from "../../src/domain/Messages.ts"
import * as Jobs from "./Jobs.ts"
import * as Processes from "./Processes.ts"
import type { Servers } from "./Servers.ts"

const concurrency = 8

/** Jobs that are done before anything is measured. */
const warmUp = 3000

/**
 * The bare loop keeps to what the service may be sent at once; `crowding` sends it as many as windmill takes in advance; `tight` has
 * the duties of windmill and nothing else.
 */
export const contestants = ["bare", "crowding", "tight", "untraced", "sampled", "traced"] as const
type Contestant = (typeof contestants)[number]

export interface WorkerOptions {
  readonly rounds: number
  /** Of each contestant in each round. */
  readonly jobs: number
}

/** The pace of each contestant in each round, in turns, so that whatever else the machine does meets all alike. */
export const paces = (servers: Servers, { jobs, rounds }: WorkerOptions) =>
  withService(servers, 0, async ({ address, environment }) => {
    const picture = await Jobs.makePicture(servers)
    const collector = await collect()
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
    const traced = { ...environment, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }
    const start: Record<Contestant, () => Processes.Process> = {
      bare: bare(servers, address, concurrency),
      crowding: bare(servers, address, 4 * concurrency),
      tight: tight(servers, address),
      untraced: worker(environment),
      sampled: worker({ ...traced, OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.1" }),
      traced: worker(traced)
    }
    const found: Record<Contestant, Array<Processes.Pace>> = {
      bare: [],
      crowding: [],
      tight: [],
      untraced: [],
      sampled: [],
      traced: []
    }
    try {
      for (let round = 0; round < rounds; round++) {
        for (const name of contestants) {
          const all = await Jobs.make(servers, picture, warmUp + jobs)
          await Jobs.publishAll(servers, all)
          const count = Jobs.answersAfter(servers, all[0]!.imageId - 1)
          found[name].push(Processes.paceOf(await Processes.watch([start[name]()], count, all.length), warmUp))
          await servers.purge()
        }
      }
    } finally {
      collector.close()
    }
    return found
  })

const bare = (servers: Servers, address: string, atOnce: number) => () =>
  Processes.contestant("bareWorker", {
    ...servers.environment,
    PREFETCH: String(atOnce),
    QUEUE: servers.queue("queue_rtdetr"),
    SERVICE_URL: `${address}/analyze`
  })

const tight = (servers: Servers, address: string) => () =>
  Processes.contestant("tightWorker", {
    ...servers.environment,
    CONCURRENCY: String(concurrency),
    HINT: servers.queue(hintQueue.harmonize),
    PREFETCH: String(4 * concurrency),
    QUEUE: servers.queue("queue_rtdetr"),
    SERVICE_URL: `${address}/analyze`
  })

const worker = (environment: Readonly<Record<string, string>>) => () =>
  Processes.program("worker", ["--service", "rtdetr"], environment)

/** Shares of the time, in `[0, 1]`, for which a service that takes 20 ms has as many requests as it may be sent. */
export interface Utilization {
  readonly windmill: number
  readonly bare: number
  /** By a loop of as many requests that does nothing else: what any worker can hope for on this machine. */
  readonly most: number
}

export const utilization = (servers: Servers, jobs: number): Promise<Utilization> =>
  withService(servers, 20, async ({ address, environment }) => {
    const share = async () => Number(await (await fetch(`${address}/share`)).text())
    const picture = await Jobs.makePicture(servers)
    const during = async (start: () => Processes.Process): Promise<number> => {
      const all = await Jobs.make(servers, picture, warmUp + jobs)
      await Jobs.publishAll(servers, all)
      const answers = Jobs.answersAfter(servers, all[0]!.imageId - 1)
      const shares: Array<number> = []
      const count = async () => {
        const done = await answers()
        // The service speaks of the time since it was asked last. The last jobs are too few to keep it busy.
        if (shares.length === 0 ? done >= warmUp : shares.length === 1 && done >= all.length - 50) {
          shares.push(await share())
        }
        return done
      }
      await Processes.watch([start()], count, all.length)
      await servers.purge()
      return shares[1]!
    }
    const loop = Processes.contestant("closedLoop", {
      CONCURRENCY: String(concurrency),
      PICTURE: picture,
      SERVICE_URL: `${address}/analyze`
    })
    await Processes.pause(1000)
    await share()
    await Processes.pause(3000)
    const most = await share()
    await loop.stop()
    return {
      most,
      bare: await during(bare(servers, address, concurrency)),
      windmill: await during(worker(environment))
    }
  })

/** A service that takes `latency` milliseconds, and the environment of a worker that knows it. */
export const withService = async <A>(
  servers: Servers,
  latency: number,
  use: (service: { readonly address: string; readonly environment: Record<string, string> }) => Promise<A>
): Promise<A> => {
  const service = Processes.contestant("service", {
    LATENCY: String(latency),
    CONCURRENCY: String(concurrency),
    REPLIES: JSON.stringify({ "/analyze": Jobs.reply })
  })
  try {
    while (service.said() === "") await Processes.pause(10)
    const port = Number(service.said())
    const config = join(servers.folder, `services.${port}.json`)
    await writeFile(config, JSON.stringify({ services: { rtdetr: { port, concurrency } } }))
    return await use({
      address: `http://127.0.0.1:${port}`,
      environment: { ...servers.environment, SERVICE_CONFIG: config }
    })
  } finally {
    await service.stop()
  }
}

/** A collector that takes everything and keeps nothing. */
const collect = () =>
  new Promise<Server>((resolve) => {
    const server = createServer((request, response) => {
      request.resume().on("end", () => response.writeHead(200, { "content-type": "application/json" }).end("{}"))
    })
    server.listen(0, "127.0.0.1", () => resolve(server))
  })
