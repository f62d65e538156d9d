/** A network that fails when it is told to. */
import * as NodeNet from "node:net"
import { Effect } from "effect"

export interface TcpProxy {
  readonly port: number
  /** Breaks the connections there are; `nth`, from 0 in the order they were opened, breaks one alone. */
  readonly cut: (nth?: number) => Effect.Effect<void>
  /** Refuses new connections, or takes them again. */
  readonly refuse: Effect.Effect<void>
  readonly accept: Effect.Effect<void>
  /** Lets the connections there are stand, but nothing comes through any more. */
  readonly freeze: Effect.Effect<void>
  /** Sends bytes to every client as if the server had. */
  readonly say: (bytes: Uint8Array) => Effect.Effect<void>
}

/** A port that nobody listens on now. */
export const freePort = Effect.callback<number>((resume) => {
  const server = NodeNet.createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address() as NodeNet.AddressInfo
    server.close(() => resume(Effect.succeed(port)))
  })
})

/** A proxy before a server, for the time of the scope. */
export const make = Effect.fnUntraced(function* (server: { readonly host: string; readonly port: number }) {
  let links: Array<{ readonly client: NodeNet.Socket; readonly upstream: NodeNet.Socket }> = []
  const listener = NodeNet.createServer((client) => {
    const upstream = NodeNet.connect(server)
    const link = { client, upstream }
    links.push(link)
    client.pipe(upstream)
    upstream.pipe(client)
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true)
      socket.on("error", () => {})
      socket.on("close", () => {
        client.destroy()
        upstream.destroy()
        links = links.filter((other) => other !== link)
      })
    }
  })
  const listen = (port: number) =>
    Effect.callback<void>((resume) => {
      listener.listen(port, "127.0.0.1", () => resume(Effect.void))
    })
  const refuse = Effect.sync(() => {
    listener.close()
  })
  const cut = (nth?: number) =>
    Effect.sync(() => {
      for (const { client, upstream } of nth === undefined ? links : links.slice(nth, nth + 1)) {
        client.resetAndDestroy()
        upstream.resetAndDestroy()
      }
    })

  yield* listen(0)
  yield* Effect.addFinalizer(() => Effect.andThen(refuse, cut()))
  const { port } = listener.address() as NodeNet.AddressInfo
  const proxy: TcpProxy = {
    port,
    cut,
    refuse,
    accept: listen(port),
    freeze: Effect.sync(() => {
      for (const { client, upstream } of links) {
        client.unpipe(upstream).pause()
        upstream.unpipe(client).pause()
      }
    }),
    say: (bytes) =>
      Effect.sync(() => {
        for (const { client } of links) client.write(bytes)
      })
  }
  return proxy
})
