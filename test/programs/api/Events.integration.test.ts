import { assert, describe, it, layer } from "@effect/vitest"
import { Brand, Effect, Fiber, Layer, Queue, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import * as NodeNet from "node:net"
import type { ImageId, Moment } from "../../../src/domain/Identifiers.ts"
import * as ApiServer from "../../../src/programs/api/ApiServer.ts"
import type { ImageEvent } from "../../../src/programs/api/definition/Streams.ts"
import * as ImageEvents from "../../../src/programs/api/ImageEvents.ts"
import { Archive, type ImageChange } from "../../../src/services/Archive.ts"
import { ResultStoreError, StoreUnavailable } from "../../../src/services/ResultStore.ts"
import { ResultStore } from "../../../src/services/ResultStore.ts"
import * as ApiServers from "../../support/ApiServers.ts"
import * as Archives from "../../support/Archives.ts"
import { label, said } from "../../support/Facts.ts"

const moment = Brand.nominal<Moment>()
const imageId = Brand.nominal<ImageId>()

/** What was seen of an event. */
const seen = (event: ImageEvent) => {
  if (event.event === "quiet") return "quiet"
  return event.event === "others"
    ? `others ${event.data.changed} ${event.data.deleted}`
    : `${event.event} ${event.data.imageId}`
}

layer(ApiServers.layer(), { excludeTestServices: true })("the events", (it) => {
  /** Follows the events in the background. */
  const follow = Effect.fnUntraced(function* (options: {
    readonly since?: Moment
    readonly lastEventId?: Moment
    readonly ids?: ReadonlyArray<ImageId>
  }) {
    const api = yield* ApiServers.client
    const events = yield* Queue.unbounded<ImageEvent>()
    const stream = yield* api.events.events({
      headers: options.lastEventId === undefined ? {} : { "last-event-id": options.lastEventId },
      query: {
        ...(options.since === undefined ? {} : { since: options.since }),
        ...(options.ids === undefined ? {} : { ids: options.ids })
      }
    })
    const running = yield* Effect.forkChild(Stream.runForEach(stream, (event) => Queue.offer(events, event)))
    assert.strictEqual((yield* Queue.take(events)).event, "quiet")
    return { take: Queue.take(events), stop: Fiber.interrupt(running) }
  })

  it.effect("tell of new, changed and deleted images as they happen", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const { stop, take } = yield* follow({})
      const id = yield* Archives.answered("a.jpg", { clip: said(label("cat", 0.9)) })
      assert.strictEqual(seen(yield* take), `changed ${id}`)
      yield* Archives.derive(id)
      yield* store.remove(id)
      const rest = yield* Effect.repeat(Effect.map(take, seen), { until: (event) => event !== `changed ${id}` })
      assert.strictEqual(rest, `deleted ${id}`)
      yield* stop
    })
  )

  it.effect("are of some images alone where that is asked for", () =>
    Effect.gen(function* () {
      const [one, other] = yield* Effect.forEach(["one.jpg", "other.jpg"], (name) =>
        Archives.answered(name, { clip: said() })
      )
      const api = yield* ApiServers.client
      const { moment: since } = yield* api.images.search({ query: {} })
      const { stop, take } = yield* follow({ since, ids: [other!] })
      yield* Archives.derive(one!)
      yield* Archives.derive(other!)
      assert.strictEqual(seen(yield* take), `changed ${other}`)
      yield* stop
    })
  )

  it.effect("are a few bytes to a page, however many other images change", () =>
    Effect.gen(function* () {
      const shown = yield* Archives.answered("shown.jpg", { clip: said() })
      const sql = yield* SqlClient.SqlClient
      const created = yield* sql<{ id: ImageId }>`
        INSERT INTO images (image_filename, image_path, source_key, requested_services)
        SELECT i || '.jpg', '/' || i || '.jpg', 'other ' || i, '{clip}' FROM generate_series(1, 1000) AS i
        RETURNING image_id AS id`
      const api = yield* ApiServers.client
      const { moment: since } = yield* api.images.search({ query: {} })
      const controller = new AbortController()
      const response = yield* ApiServers.request(`/events?since=${since}&ids=${shown}&others=20`, {
        signal: controller.signal
      })
      let text = ""
      const reading = response
        .body!.pipeThrough(new TextDecoderStream())
        .pipeTo(new WritableStream({ write: (part) => void (text += part) }))
        .catch(() => {})
      for (let round = 0; round < 3; round++) {
        yield* sql`UPDATE images SET revision = revision + 1 WHERE image_id = ANY (
          ARRAY(SELECT generate_series(${created[0]!.id}::bigint, ${created.at(-1)!.id}::bigint)))`
        yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 100)))
      }
      yield* sql`DELETE FROM images WHERE image_id BETWEEN ${created[0]!.id} AND ${created.at(-1)!.id}`
      yield* Archives.derive(shown)
      yield* Effect.promise(async () => {
        while (!text.includes("event: changed")) await new Promise((resolve) => setTimeout(resolve, 10))
      })
      controller.abort()
      yield* Effect.promise(() => reading)
      assert.deepStrictEqual(
        Array.from(text.matchAll(/"imageId":(\d+)/g), ([, id]) => Number(id)),
        [shown]
      )
      assert.match(text, /event: others/)
      assert.isBelow(text.length, 2000)
    })
  )

  it.effect("go on where a reader was interrupted, with each image once", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const { moment } = yield* api.images.search({ query: {} })
      const ids = yield* Effect.forEach(["b.jpg", "c.jpg"], (name) => Archives.answered(name, { clip: said() }))
      const first = yield* follow({ since: moment })
      const before = yield* first.take
      assert.strictEqual(seen(before), `changed ${ids[0]}`)
      yield* first.stop
      yield* Effect.forEach(ids, (id) => Archives.derive(id))
      const second = yield* follow({ lastEventId: before.id, since: moment })
      assert.deepStrictEqual(
        [seen(yield* second.take), seen(yield* second.take)],
        ids.map((id) => `changed ${id}`)
      )
      yield* second.stop
    })
  )

  it.effect("refuse an id that is none", () =>
    Effect.gen(function* () {
      const response = yield* ApiServers.request("/events", { headers: { "last-event-id": "1; DROP TABLE images" } })
      assert.strictEqual(response.status, 400)
    })
  )
})

describe("since", () => {
  /** An archive in which these changes are found, look after look, and how often it was asked. */
  const archiveOf = (looks: ReadonlyArray<ReadonlyArray<number> | "away">) => {
    const asked: Array<string> = []
    const archive = Layer.mock(Archive, {
      changes: (since) =>
        Effect.suspend(() => {
          const found = looks[asked.push(since) - 1] ?? []
          if (found === "away") {
            return Effect.fail(new ResultStoreError({ reason: new StoreUnavailable({ cause: "away" }) }))
          }
          const until = moment(`${asked.length}-0`)
          return Effect.succeed({
            changes: found.map((id): ImageChange => ({ imageId: imageId(id), isDeleted: false, moment: until })),
            until
          })
        })
    })
    return { asked, archive }
  }

  const events = Effect.fnUntraced(function* (
    archive: Layer.Layer<Archive>,
    count: number,
    wanted?: ImageEvents.Wanted
  ) {
    const events = yield* Archive.use((service) =>
      Stream.runCollect(Stream.take(ImageEvents.since(service, moment("0-0"), wanted), count))
    ).pipe(Effect.provide(archive), Effect.forkChild)
    yield* TestClock.adjust("1 minute")
    return yield* Fiber.join(events)
  })
  const follow = (...args: Parameters<typeof events>) => Effect.map(events(...args), (all) => all.map(seen))

  it.effect("says how many others changed where they are more than a page wants to hear of", () =>
    Effect.gen(function* () {
      const many = Array.from({ length: 150 }, (_, i) => i + 10)
      const { archive } = archiveOf([[1, 10, 11], [1, ...many], [10, 11, 12], many])
      const wanted = { ids: [imageId(1), imageId(2)], others: 2 }
      const all = yield* events(archive, 8, wanted)
      assert.deepStrictEqual(all.map(seen), [
        "quiet",
        "changed 1",
        "changed 10",
        "changed 11",
        "others 150 0",
        "changed 1",
        "others 3 0",
        "others 150 0"
      ])
      // Who resumes after the event has yet to hear of image 1.
      assert.deepStrictEqual(
        all.map(({ id }) => id as string),
        ["0-0", "1-0", "1-0", "1-0", "1-0", "2-0", "3-0", "4-0"]
      )
    })
  )

  it.effect("says nothing of others to those who ask for some alone, and each to those who ask for all", () =>
    Effect.gen(function* () {
      const ofSome = yield* follow(
        archiveOf([
          [5, 6],
          [1, 5]
        ]).archive,
        2,
        { ids: [imageId(1)] }
      )
      assert.deepStrictEqual(ofSome, ["quiet", "changed 1"])
      const ofAll = yield* follow(archiveOf([[5, 6]]).archive, 3)
      assert.deepStrictEqual(ofAll, ["quiet", "changed 5", "changed 6"])
      const ofNone = yield* follow(archiveOf([[5, 6], [6]]).archive, 3, { others: 1 })
      assert.deepStrictEqual(ofNone, ["quiet", "others 2 0", "changed 6"])
    })
  )

  it.effect("says so when nothing happens for a while", () =>
    Effect.gen(function* () {
      const { archive, asked } = archiveOf([])
      assert.deepStrictEqual(yield* follow(archive, 2), ["quiet", "quiet"])
      assert.strictEqual(asked.length, 31)
    })
  )

  it.effect("outlasts a database that is away, and misses nothing", () =>
    Effect.gen(function* () {
      const { archive, asked } = archiveOf([[1], "away", "away", [2]])
      assert.deepStrictEqual(yield* follow(archive, 3), ["quiet", "changed 1", "changed 2"])
      assert.deepStrictEqual(asked.slice(0, 4), ["0-0", "1-0", "1-0", "1-0"])
    })
  )

  it.effect("looks for nothing while its reader does not read", () =>
    Effect.gen(function* () {
      const { archive, asked } = archiveOf([[1], [2], [3]])
      yield* Effect.gen(function* () {
        const pull = yield* Stream.toPull(ImageEvents.since(yield* Archive, moment("0-0")))
        yield* pull
        yield* pull
        yield* TestClock.adjust("1 hour")
        assert.strictEqual(asked.length, 1)
      }).pipe(Effect.scoped, Effect.provide(archive))
    })
  )
})

describe("readers", () => {
  it.live("are at most a hundred at once, and give their place back however they leave", () =>
    Effect.gen(function* () {
      const address = yield* ApiServer.address
      const open = Effect.promise(async () => {
        const leave = new AbortController()
        // A response that nothing holds is closed by the garbage collector.
        const response = await fetch(new URL("/events", address), { signal: leave.signal })
        return { status: response.status, response, leave: () => leave.abort() }
      })
      const readers = yield* Effect.all(
        Array.from({ length: 134 }, () => open),
        { concurrency: "unbounded" }
      )
      const admitted = readers.filter(({ status }) => status === 200)
      assert.lengthOf(admitted, 100)
      assert.lengthOf(
        readers.filter(({ status }) => status === 503),
        34
      )
      for (const { leave } of admitted.slice(0, 5)) leave()
      const later: Array<Effect.Success<typeof open>> = []
      yield* Effect.repeat(
        Effect.andThen(
          Effect.sleep("50 millis"),
          Effect.map(open, (reader) => void later.push(reader))
        ),
        { until: () => later.filter(({ status }) => status === 200).length === 5 }
      )
      assert.strictEqual((yield* open).status, 503)
      for (const { leave } of [...readers, ...later]) leave()
    }).pipe(Effect.provide(ApiServers.layer()))
  )
})

describe("a reader that stalls", () => {
  it.live("costs what fits into the buffers of its connection, and loses nothing", () =>
    Effect.gen(function* () {
      let asked = 0
      const endless = Layer.mock(Archive, {
        now: Effect.succeed(moment("0-0")),
        changes: (since) =>
          Effect.sync(() => {
            asked++
            const begin = Number(since.split("-")[1])
            const changes = Array.from({ length: 500 }, (_, i) => ({
              imageId: imageId(begin + i + 1),
              isDeleted: false,
              moment: moment(`1-${begin + i + 1}`)
            }))
            return { changes, until: changes.at(-1)!.moment }
          })
      })
      yield* Effect.gen(function* () {
        const { hostname, port } = new URL(yield* ApiServer.address)
        const socket = yield* Effect.acquireRelease(
          Effect.sync(() => NodeNet.connect(Number(port), hostname)),
          (socket) => Effect.sync(() => socket.destroy())
        )
        socket.pause()
        socket.write(`GET /events HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`)
        yield* until(() => asked > 0)
        const stalled = yield* settled(() => asked)
        assert.isBelow(stalled, 1000)

        let text = ""
        socket.setEncoding("utf8").on("data", (chunk: string) => (text += chunk))
        socket.resume()
        const beyond = stalled * 500 + 1
        yield* until(() => text.includes(`{"imageId":${beyond}}`))
        const ids = Array.from(text.matchAll(/"imageId":(\d+)\}/g), ([, id]) => Number(id))
        assert.deepStrictEqual(
          ids.slice(0, beyond),
          Array.from({ length: beyond }, (_, i) => i + 1)
        )
      }).pipe(
        Effect.scoped,
        Effect.provide(ApiServers.layer({ archive: endless, rhythm: { every: "0 millis", maxLooks: 1 } }))
      )
    })
  )
})

const until = (holds: () => boolean) => Effect.repeat(Effect.sleep("5 millis"), { until: () => holds() })

/** The value when it has stopped to change. */
const settled = (value: () => number) =>
  Effect.gen(function* () {
    let before = -1
    while (before !== value()) {
      before = value()
      yield* Effect.sleep("100 millis")
    }
    return before
  })
