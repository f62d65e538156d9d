/** HTTP servers of a test's own, on free ports of this machine. */
import { Effect } from "effect"
import * as NodeHttp from "node:http"
import type { AddressInfo } from "node:net"

export type Handler = (request: NodeHttp.IncomingMessage, response: NodeHttp.ServerResponse, body: Buffer) => void

/** The name of the file in a form. */
export const filenameIn = (body: Buffer): string => /filename="([^"]*)"/.exec(body.toString("latin1"))![1]!

/** Serves until the scope closes, at a free port unless one is given, and returns the port. */
export const serve = (handler: Handler, port = 0) =>
  Effect.acquireRelease(
    Effect.callback<NodeHttp.Server>((resume) => {
      const server = NodeHttp.createServer((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => handler(request, response, Buffer.concat(chunks)))
      })
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
