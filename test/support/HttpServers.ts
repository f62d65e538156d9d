/** HTTP servers of a test's own, on free ports of this machine. */
import { Effect } from "effect"
import * as NodeHttp from "node:http"
import * as NodeHttps from "node:https"
import type { AddressInfo } from "node:net"

export type Handler = (request: NodeHttp.IncomingMessage, response: NodeHttp.ServerResponse, body: Buffer) => void

/** The name of the file in a form. */
export const filenameIn = (body: Buffer): string => /filename="([^"]*)"/.exec(body.toString("latin1"))![1]!

/** The certificate of a server by https, and the authority by which clients are let in if any is. */
export interface ServerTls {
  readonly cert: string
  readonly key: string
  readonly clients?: string
}

/** Serves until the scope closes, at a free port unless one is given, and returns the port. */
export const serve = (handler: Handler, port = 0, tls?: ServerTls) =>
  Effect.acquireRelease(
    Effect.callback<NodeHttp.Server>((resume) => {
      const listener: NodeHttp.RequestListener = (request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => handler(request, response, Buffer.concat(chunks)))
      }
      const { clients, ...certificate } = tls ?? { cert: "", key: "" }
      const demands = clients === undefined ? {} : { ca: clients, requestCert: true, rejectUnauthorized: true }
      const server =
        tls === undefined
          ? NodeHttp.createServer(listener)
          : NodeHttps.createServer({ ...certificate, ...demands }, listener)
      server.listen(port, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.callback<void>((resume) => {
        server.closeAllConnections()
        server.close(() => resume(Effect.void))
      })
  ).pipe(Effect.map((server) => (server.address() as AddressInfo).port))

/** Answers with a JSON body. */
export const json = (response: NodeHttp.ServerResponse, status: number, body: unknown, headers = {}): void => {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body))
}
