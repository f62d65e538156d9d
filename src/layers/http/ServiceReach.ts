/** Whether a service can be reached from here, by plain sockets: which step fails says more than a request that does. */
import { Effect } from "effect"
import * as NodeDns from "node:dns/promises"
import * as NodeFs from "node:fs"
import * as NodeNet from "node:net"
import * as NodeTls from "node:tls"
import type { Finding } from "../../domain/Finding.ts"
import type { Service } from "../../domain/ServiceCatalog.ts"

/** How long a step may take. */
const timeout = 5000

/** The steps, as far as they went well. */
export const reach = Effect.fn("ServiceReach.reach")(function* (service: Service) {
  const findings: Array<Finding> = []
  const step = (name: string, run: () => Promise<string>, remedy: string) =>
    Effect.promise(async (): Promise<Finding> => {
      try {
        return { subject: service.id, step: name, verdict: "fine", detail: await run() }
      } catch (problem) {
        return { subject: service.id, step: name, verdict: "broken", detail: wordsOf(problem), remedy }
      }
    }).pipe(
      Effect.tap((finding) => Effect.sync(() => findings.push(finding))),
      Effect.map(({ verdict }) => verdict === "fine")
    )
  const { host, port, secure } = service
  const isNamed = yield* step(
    "name",
    async () => (NodeNet.isIP(host) === 0 ? (await NodeDns.lookup(host)).address : host),
    `correct the host of ${service.id} in the catalog, or let this machine resolve ${host}`
  )
  const isOpen =
    isNamed &&
    (yield* step(
      "connection",
      () =>
        opened(
          () => NodeNet.connect({ host, port }),
          "connect",
          () => `port ${port} is open`
        ),
      `start the service, or correct its port; a firewall between here and ${host} may be in the way`
    ))
  if (isOpen && secure) {
    yield* step(
      "TLS",
      () => encrypted(service),
      "name the authority that signed its certificate in tls.ca, or renew the certificate"
    )
  }
  return findings
})

const encrypted = ({ host, port, tls }: Service): Promise<string> => {
  const read = (path: string | undefined) => (path === undefined ? {} : NodeFs.readFileSync(path, "utf8"))
  const options = {
    host,
    port,
    ...(NodeNet.isIP(host) === 0 ? { servername: host } : {}),
    ...(tls?.ca === undefined ? {} : { ca: [...NodeTls.rootCertificates, read(tls.ca) as string] }),
    ...(tls?.certificate === undefined ? {} : { cert: read(tls.certificate) as string, key: read(tls.key) as string })
  }
  return opened(
    () => NodeTls.connect(options),
    "secureConnect",
    (socket) => `${socket.getProtocol()}, certificate valid until ${socket.getPeerCertificate().valid_to}`
  )
}

const opened = <Socket extends NodeNet.Socket>(
  open: () => Socket,
  event: string,
  describe: (socket: Socket) => string
) =>
  new Promise<string>((resolve, reject) => {
    const socket = open()
    socket.setTimeout(timeout, () => socket.destroy(new Error(`no answer within ${timeout / 1000} seconds`)))
    socket.once("error", reject)
    socket.once(event, () => {
      resolve(describe(socket))
      socket.destroy()
    })
  })

const wordsOf = (problem: unknown): string => {
  const { code, message } = problem as NodeJS.ErrnoException
  return message || code || String(problem)
}
