/** Webhooks, on a real database and to a real server: two programs tell each thing once. */
import { assert, layer } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Result, Schedule, Stream } from "effect"
import { SqlClient } from "effect/sql"
import type { Outcome } from "../../../src/domain/Facts.ts"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import * as Networks from "../../../src/layers/http/Networks.ts"
import * as SignedPostman from "../../../src/layers/http/SignedPostman.ts"
import * as PgArchive from "../../../src/layers/postgres/PgArchive.ts"
import * as PgOutbox from "../../../src/layers/postgres/PgOutbox.ts"
import * as PgWorkerRegistry from "../../../src/layers/postgres/PgWorkerRegistry.ts"
import { notify } from "../../../src/programs/flows/Notify.ts"
import { Catalog } from "../../../src/services/Catalog.ts"
import { ResultStore } from "../../../src/services/ResultStore.ts"
import * as Databases from "../../support/Databases.ts"
import { failed, object, said, serviceId } from "../../support/Facts.ts"
import { serve } from "../../support/HttpServers.ts"
import { answer, freshPath } from "../../support/Stores.ts"

const surroundings = Layer.mergeAll(
  PgArchive.layer,
  PgOutbox.layer,
  PgWorkerRegistry.layer,
  SignedPostman.layer(Result.getOrThrow(Networks.parse(["127.0.0.1"])))
).pipe(Layer.provideMerge(Databases.store), Layer.provideMerge(Layer.succeed(Catalog, ServiceCatalog.standard)))

interface Told {
  readonly id: string
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
}

/** A receiver, which answers as `status` says, and two programs that tell it everything while the scope is open. */
const told = Effect.fnUntraced(function* (name: string, status: () => number = () => 204) {
  const received: Array<Told> = []
  const port = yield* serve(({ headers }, response, body) => {
    received.push({ id: String(headers["webhook-id"]), ...(JSON.parse(String(body)) as Omit<Told, "id">) })
    response.writeHead(status()).end()
  })
  const webhook = { name, url: `http://127.0.0.1:${port}`, secret: "a secret of 16 characters" }
  yield* Databases.untilOthersEnd
  const stop = yield* Deferred.make<void>()
  const telling = notify([webhook], { every: "50 millis", stop }).pipe(Stream.runDrain)
  const programs = yield* Effect.forkScoped(Effect.all([telling, telling], { concurrency: "unbounded" }))
  yield* Effect.addFinalizer(() => Effect.andThen(Deferred.succeed(stop, undefined), Fiber.join(programs)))
  const sql = yield* SqlClient.SqlClient
  yield* sql`SELECT FROM webhooks WHERE webhook = ${name}`.pipe(
    Effect.repeat({ until: (rows) => rows.length > 0, schedule: Schedule.spaced("20 millis") })
  )
  const until = (count: number) =>
    Effect.sync(() => received.length).pipe(
      Effect.repeat({ until: (length) => length >= count, schedule: Schedule.spaced("20 millis") }),
      Effect.timeout("1 minute")
    )
  return { received, until, telling }
})

/** An image with an answer, from which all is derived that can be. */
const done = Effect.fnUntraced(function* (group: string, outcome: Outcome) {
  const store = yield* ResultStore
  const sql = yield* SqlClient.SqlClient
  const services = [serviceId("yolov8")]
  const [image] = yield* store.submit([{ reference: { filename: "a.jpg", path: freshPath() }, services, group }])
  const { imageId } = image!
  yield* store.record([answer(imageId, "yolov8", outcome)])
  const finish = sql`
    UPDATE images SET boxes_revision = revision, consensus_revision = revision, enrichment_revision = revision
    WHERE image_id = ${imageId}`
  return { imageId, finish }
})

const dog = said(object("dog", [10, 20, 40, 30], 0.9))

layer(surroundings, { excludeTestServices: true })("notify", (it) => {
  it.effect(
    "tells of images, groups and failures once, though two programs do, and of none from before",
    () =>
      Effect.gen(function* () {
        yield* Effect.flatMap(done("before", dog), ({ finish }) => finish)
        const { received, until } = yield* told("once")
        const good = yield* done("cats", dog)
        const bad = yield* done("cats", failed("refused"))
        yield* good.finish
        yield* until(2)
        yield* bad.finish
        yield* until(4)
        yield* Effect.sleep("300 millis")
        const about = received.map(({ data, type }) => `${type} ${data["id"] ?? data["group"] ?? data["service"]}`)
        assert.sameMembers(about, [
          "failures.began yolov8",
          `image.done ${good.imageId}`,
          `image.failed ${bad.imageId}`,
          "group.failed cats"
        ])
        assert.strictEqual(new Set(received.map(({ id }) => id)).size, 4)
        assert.deepInclude(received.find(({ type }) => type === "group.failed")?.data, { images: 2, failed: 1 })
        assert.deepInclude(received.find(({ type }) => type === "image.done")?.data, { status: "done", revision: 1 })
        const store = yield* ResultStore
        yield* store.remove(bad.imageId)
        yield* until(5)
        assert.deepInclude(received[4], {
          type: "failures.ended",
          data: { service: "yolov8", class: "refused", count: 0 }
        })
      }).pipe(Effect.scoped),
    Databases.longTimeout
  )

  it.effect(
    "begins where it stopped, with what happened while no program told of it",
    () =>
      Effect.gen(function* () {
        yield* Effect.scoped(told("resumed"))
        const { finish, imageId } = yield* done("birds", dog)
        yield* finish
        const { received, until } = yield* told("resumed")
        yield* until(2)
        assert.deepStrictEqual(received.map(({ type }) => type).toSorted(), ["group.done", "image.done"])
        assert.strictEqual(received.find(({ type }) => type === "image.done")?.data["id"], imageId)
      }).pipe(Effect.scoped),
    Databases.longTimeout
  )

  it.effect(
    "tries again under the same id, later and later, and tells only the latest of a subject",
    () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        let status = 503
        const { received, until } = yield* told("again", () => status)
        const { finish, imageId } = yield* done("dogs", dog)
        yield* finish
        yield* until(2)
        yield* Effect.sleep("200 millis")
        assert.lengthOf(received, 2)
        const waiting = yield* sql<{ seconds: number; attempts: number; reason: string }>`
        SELECT round(extract(epoch FROM due - now()))::integer AS seconds, attempts, reason FROM notices
        WHERE webhook = 'again'`
        for (const { attempts, reason, seconds } of waiting) {
          assert.strictEqual(attempts, 1)
          assert.strictEqual(reason, "it answers HTTP 503")
          assert.isTrue(seconds >= 4 && seconds <= 5)
        }
        status = 200
        yield* sql`UPDATE notices SET due = now() WHERE webhook = 'again'`
        yield* until(4)
        assert.sameMembers(
          received.slice(2).map(({ id }) => id),
          received.slice(0, 2).map(({ id }) => id)
        )
        const store = yield* ResultStore
        yield* store.request([imageId], [serviceId("clip")])
        yield* store.record([answer(imageId, "clip", dog)])
        yield* finish
        yield* until(6)
        assert.deepStrictEqual(
          received.slice(4).map(({ type }) => type),
          ["image.done", "group.done"]
        )
        assert.strictEqual(received[4]!.data["revision"], 2)
      }).pipe(Effect.scoped),
    Databases.longTimeout
  )
})
