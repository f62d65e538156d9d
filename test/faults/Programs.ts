/** The programs themselves, as `npm run build` makes them, with services over HTTP and pictures on disk. */
import { Effect, Redacted } from "effect"
import * as NodeFs from "node:fs/promises"
import * as NodePath from "node:path"
import sharp from "sharp"
import type { Service } from "../../src/domain/ServiceCatalog.ts"
import * as Folders from "../support/Folders.ts"
import * as HttpServers from "../support/HttpServers.ts"
import { inFolder } from "../support/Programs.ts"
import * as ServerVariables from "../support/ServerVariables.ts"
import * as TcpProxy from "../support/TcpProxy.ts"
import * as Deployment from "./Deployment.ts"
import * as Scenes from "./Scenes.ts"

/** What a service is asked, and how it says what it says in the scenes. */
export interface Call {
  readonly service: Service
  /** The name of the picture, or of all crops. */
  readonly filename: string
  readonly reply: () => void
  /** Says that it is asked too much, and when it may be asked again. */
  readonly refuse: (retryAfter: number) => void
}

/**
 * A deployment whose programs are started as processes, and a folder of pictures for it. `onCall` replies, sooner or later. At the
 * port of the service `absent` nothing listens before it is made to `appear`. All of it ends with the scope.
 */
export const make = Effect.fnUntraced(function* (options: {
  readonly pictures: number
  readonly onCall: (call: Call) => void
  readonly absent?: string
}) {
  const home = yield* Folders.temporary
  const folder = NodePath.join(home, "pictures")
  yield* Effect.promise(() => NodeFs.mkdir(folder))
  const { catalog: standing, says } = Scenes.scenario()
  const serve = (service: Service, port?: number) =>
    HttpServers.serve((request, response, body) => {
      if (request.method === "GET") return HttpServers.json(response, 200, {})
      const filename = HttpServers.filenameIn(body)
      const { data } = Effect.runSync(Effect.orDie(says(service, filename)))
      options.onCall({
        service,
        filename,
        reply: () => HttpServers.json(response, 200, data),
        refuse: (seconds) => HttpServers.json(response, 429, {}, { "retry-after": String(seconds) })
      })
    }, port)
  const catalog = yield* Effect.forEach(standing, (service) =>
    Effect.map(service.id === options.absent ? TcpProxy.freePort : serve(service), (port): Service => ({
      ...service,
      host: "127.0.0.1",
      port
    }))
  )
  const appear = Effect.forEach(
    catalog.filter(({ id }) => id === options.absent),
    (service) => serve(service, service.port)
  )
  const servers = yield* Deployment.sharedServers
  const deployment = yield* Deployment.make(Scenes.scenario({ catalog }), servers)
  const jpeg = yield* Effect.promise(() =>
    sharp({ create: { width: 305, height: 400, channels: 3, background: "gray" } })
      .jpeg()
      .toBuffer()
  )
  const pictures = yield* Effect.forEach(
    Scenes.pictures("picture", options.pictures, catalog),
    Effect.fnUntraced(function* (picture) {
      const { filename } = picture.reference
      const path = NodePath.join(folder, filename)
      yield* Effect.promise(() => NodeFs.writeFile(path, jpeg))
      return { ...picture, reference: { filename, path } }
    })
  )
  const config = NodePath.join(home, "service_config.json")
  const services = Object.fromEntries(catalog.map(({ host, id, port }) => [id, { host, port }]))
  yield* Effect.promise(() => NodeFs.writeFile(config, JSON.stringify({ services })))
  const { broker, database } = servers
  const login = `${broker.username}:${Redacted.value(broker.password)}`
  const env = {
    AMQP_URL: `amqp://${login}@${broker.host}:${broker.port}/${encodeURIComponent(broker.vhost)}`,
    DATABASE_URL: ServerVariables.databaseUrl(database).href,
    QUEUE_PREFIX: broker.queuePrefix,
    SERVICE_CONFIG: config
  }
  const { start, succeed } = inFolder(home, env)
  const windmill = (...args: ReadonlyArray<string>) => succeed("main", ...args)
  const worker = (...args: ReadonlyArray<string>) => start("worker", "--service", "all", ...args)
  const postprocess = () => start("postprocess", "--sweep-every", "1 second")
  return { ...deployment, pictures, folder, appear, run: { worker, postprocess, windmill, status: succeed("status") } }
})
