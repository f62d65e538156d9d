/**
 * A service that answers every picture after `LATENCY` milliseconds, and knows how busy it was: `GET /share` says which
 * share of the time since the last such question its `CONCURRENCY` places were taken. Its port is what it says first.
 * `REPLIES` is the reply of each path, and of `crop` and the path where it is another one about crops.
 */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

const latency = Number(process.env["LATENCY"])
const places = Number(process.env["CONCURRENCY"])
const replies = JSON.parse(process.env["REPLIES"]!) as Readonly<Record<string, string>>

let inside = 0
let busy = 0
let since = performance.now()
let start = since

/** Adds up place-milliseconds. */
const note = (change: number): void => {
  const now = performance.now()
  busy += Math.min(inside, places) * (now - since)
  since = now
  inside += change
}

const server = createServer((request, response) => {
  if (request.url === "/share") {
    note(0)
    response.end(String(busy / (places * (since - start))))
    busy = 0
    start = since
    return
  }
  if (request.method === "GET") return void response.end("{}")
  note(1)
  let isCrop = false
  const answer = () => {
    note(-1)
    const reply = Buffer.from((isCrop ? replies[`crop ${request.url!}`] : undefined) ?? replies[request.url!]!)
    response.writeHead(200, { "content-type": "application/json", "content-length": reply.length }).end(reply)
  }
  request.once("data", (start: Buffer) => (isCrop = start.includes("bbox_crop.jpg")))
  request.resume().on("end", () => (latency === 0 ? answer() : setTimeout(answer, latency)))
})
server.keepAliveTimeout = 60_000
server.listen(0, "127.0.0.1", () => process.stdout.write(String((server.address() as AddressInfo).port)))
