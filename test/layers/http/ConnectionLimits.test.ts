/** Those who send slowly, and those who only keep connections open. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Stream } from "effect"
import { HttpServer, HttpServerRequest, HttpServerResponse } from "effect/http"
import * as NodeNet from "node:net"
import { ConnectionLimits } from "../../../src/layers/http/ConnectionLimits.ts"
import * as HttpListener from "../../../src/layers/http/HttpListener.ts"

const limits: ConnectionLimits = {
  connections: 5,
  early: 2,
  head: "600 millis",
  whole: "2 seconds",
  body: { bytes: 100, within: "300 millis" }
}

const listener = HttpListener.layer({ host: "127.0.0.1", port: 0 }).pipe(
  Layer.provide(Layer.succeed(ConnectionLimits, limits))
)

/** Answers how many bytes came, or nothing at all to `/held`. */
const serve = Effect.flatMap(HttpServer.HttpServer, (server) =>
  server.serve(
    Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ stream, url }) =>
      url === "/held"
        ? Effect.interruptible(Effect.never)
        : Stream.runFold(
            stream,
            () => 0,
            (sum, { length }) => sum + length
          ).pipe(
            Effect.map((sum) => HttpServerResponse.text(`${sum} bytes`)),
            Effect.orDie
          )
    )
  )
)

/** A connection, what was said on it so far, and when it was ended. */
const connect = Effect.flatMap(HttpServer.HttpServer, ({ address }) =>
  Effect.acquireRelease(
    Effect.callback<Connection>((resume) => {
      const socket = NodeNet.connect(Number(new URL(HttpServer.formatAddress(address)).port), "127.0.0.1")
      const connection: Connection = {
        socket,
        heard: "",
        closed: new Promise((resolve) => socket.on("close", () => resolve(performance.now())))
      }
      socket.on("data", (bytes) => (connection.heard += bytes.toString()))
      socket.on("error", () => {})
      socket.on("connect", () => resume(Effect.succeed(connection)))
    }),
    ({ socket }) => Effect.sync(() => socket.destroy())
  )
)

interface Connection {
  readonly socket: NodeNet.Socket
  heard: string
  readonly closed: Promise<number>
}

/** Sends a text, and then another one again and again until the connection is closed; how long that took. */
const drip = Effect.fnUntraced(function* (connection: Connection, head: string, drop: string, every: Duration.Input) {
  const begin = performance.now()
  connection.socket.write(head)
  const timer = setInterval(() => connection.socket.write(drop), Duration.toMillis(every))
  const closed = yield* Effect.promise(() => connection.closed)
  clearInterval(timer)
  return closed - begin
})

const isOpen = ({ socket }: Connection) => !socket.destroyed && !socket.readableEnded

/** Waits for an answer of this kind. */
const hears = (connection: Connection, text: string) =>
  Effect.gen(function* () {
    while (!connection.heard.includes(text)) {
      if (!isOpen(connection)) assert.fail(`closed after: ${connection.heard}`)
      yield* Effect.sleep("10 millis")
    }
  }).pipe(Effect.timeout("5 seconds"))

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`

const problemIn = ({ heard }: Connection) => JSON.parse(heard.slice(heard.indexOf("\r\n\r\n"))) as unknown

describe("HttpListener", () => {
  it.live("ends requests whose head arrives too slowly, and connections on which none arrives", () =>
    Effect.gen(function* () {
      yield* serve
      const [dripping, silent] = [yield* connect, yield* connect]
      const took = yield* Effect.all(
        [
          drip(dripping, "GET / HTTP/1.1\r\nHost: localhost\r\n", "X-A: b\r\n", "50 millis"),
          drip(silent, "", "", "1 minute")
        ],
        { concurrency: "unbounded" }
      )
      for (const time of took) assert.isBelow(time, 1500)
      assert.match(dripping.heard, /^HTTP\/1\.1 408 /)
      assert.deepInclude(problemIn(dripping), { status: 408, code: "RequestTimeout" })
    }).pipe(Effect.scoped, Effect.provide(listener))
  )

  it.live("ends requests whose body arrives too slowly, and takes those that are only slow", () =>
    Effect.gen(function* () {
      yield* serve
      const head = (length: number) => `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n`
      const [dripping, chunked, slow] = [yield* connect, yield* connect, yield* connect]
      const took = Effect.all(
        [
          drip(dripping, head(1000), "x", "20 millis"),
          drip(chunked, head(0).replace("Content-Length: 0", "Transfer-Encoding: chunked"), "1\r\nx\r\n", "50 millis")
        ],
        { concurrency: "unbounded" }
      )
      slow.socket.write(head(900))
      const timer = setInterval(() => slow.socket.write("x".repeat(100)), 150)
      for (const time of yield* took) assert.isBelow(time, 1000)
      for (const one of [dripping, chunked]) assert.deepInclude(problemIn(one), { status: 408 })
      yield* hears(slow, "900 bytes")
      clearInterval(timer)
    }).pipe(Effect.scoped, Effect.provide(listener))
  )

  it.live("ends what arrives in time at first and then goes on for ever", () =>
    Effect.gen(function* () {
      yield* serve
      const endless = yield* connect
      const head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n"
      const took = yield* drip(endless, head, "x".repeat(100), "20 millis")
      assert.isAbove(took, 1500)
      assert.isBelow(took, 3500)
    }).pipe(Effect.scoped, Effect.provide(listener))
  )

  it.live("closes the connection that is idle longest for a new one, and none that is worked on", () =>
    Effect.gen(function* () {
      yield* serve
      const held = yield* connect
      held.socket.write(get("/held"))
      const idle = [yield* connect, yield* connect, yield* connect, yield* connect]
      // Answered, so it is idle for a shorter time than the others.
      idle[0]!.socket.write(get("/"))
      yield* hears(idle[0]!, "0 bytes")
      for (let i = 0; i < 3; i++) {
        const late = yield* connect
        late.socket.write(get("/"))
        yield* hears(late, "0 bytes")
      }
      yield* Effect.sleep("50 millis")
      assert.deepStrictEqual([held, ...idle].map(isOpen), [true, true, false, false, false])
    }).pipe(Effect.scoped, Effect.provide(listener))
  )

  it.live("refuses a connection when all that there may be are worked on", () =>
    Effect.gen(function* () {
      yield* serve
      const held = yield* Effect.replicateEffect(connect, limits.connections)
      for (const { socket } of held) socket.write(get("/held"))
      yield* Effect.sleep("100 millis")
      const late = yield* connect
      yield* Effect.promise(() => late.closed)
      assert.deepInclude(problemIn(late), { status: 503, code: "ServiceUnavailable" })
      assert.isTrue(held.every(isOpen))
    }).pipe(Effect.scoped, Effect.provide(listener))
  )

  it.live("keeps few requests until it has a handler, and refuses the others, also those of one connection", () =>
    Effect.gen(function* () {
      const connection = yield* connect
      const others = yield* connect
      connection.socket.write(get("/").repeat(limits.early))
      yield* Effect.sleep("50 millis")
      others.socket.write(get("/"))
      yield* hears(others, "503 Service Unavailable")
      yield* serve
      yield* hears(connection, "0 bytes")
    }).pipe(Effect.scoped, Effect.provide(listener))
  )

  it.live("says as a problem what cannot be read", () =>
    Effect.gen(function* () {
      yield* serve
      const garbage = yield* connect
      garbage.socket.write("what is this\r\n\r\n")
      yield* Effect.promise(() => garbage.closed)
      assert.deepInclude(problemIn(garbage), { status: 400, code: "BadRequest" })
      const long = yield* connect
      long.socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ${"a".repeat(20_000)}\r\n\r\n`)
      yield* Effect.promise(() => long.closed)
      assert.deepInclude(problemIn(long), { status: 431 })
    }).pipe(Effect.scoped, Effect.provide(listener))
  )
})
