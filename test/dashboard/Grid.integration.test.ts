/** The page of the images over many of them, in a real browser. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as ApiServers from "../support/ApiServers.ts"
import * as Browsers from "../support/Browsers.ts"
import * as DashboardPipeline from "../support/DashboardPipeline.ts"

const images = 3000

/** Images that were answered, with nothing found in them. */
const many = Layer.effectDiscard(
  SqlClient.SqlClient.use(
    (sql) => sql`
      INSERT INTO images (image_filename, image_path, source_key, requested_services)
      SELECT i || '.jpg', '/' || i || '.jpg', i, '{clip}' FROM generate_series(1, ${images}) AS i`
  )
)

const dashboard = Layer.mergeAll(many, DashboardPipeline.dashboard, Browsers.layer).pipe(
  Layer.provideMerge(ApiServers.layer({ rhythm: { every: "200 millis", maxLooks: 1000 } })),
  Layer.orDie
)

/** Something in a page that promises do. */
const inPage = <A>(act: () => Promise<A>) => Effect.promise(act)

layer(dashboard, { excludeTestServices: true, timeout: "60 seconds" })("the page of many images", (it) => {
  it.effect(
    "is told of what it shows and of what is new, and of others by their number",
    () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const { page } = yield* Browsers.open("", { width: 1000, height: 700 })
        const network = yield* inPage(() => page.context().newCDPSession(page))
        const addresses = new Map<string, string>()
        let received = 0
        network.on("Network.requestWillBeSent", ({ request, requestId }) => addresses.set(requestId, request.url))
        network.on("Network.dataReceived", ({ dataLength, requestId }) => {
          if (addresses.get(requestId)?.includes("/events?")) received += dataLength
        })
        const followed = page.waitForRequest(/\/events\?.*ids=/)
        yield* inPage(async () => {
          await network.send("Network.enable")
          await page.goto(page.url().replace(/#.*/, "#/images"))
          await page.getByText("3,000 images", { exact: true }).waitFor()
          await page.getByText("3000.jpg", { exact: true }).waitFor()
          await followed
        })
        const before = received
        for (let round = 0; round < 10; round++) {
          yield* sql`UPDATE images SET revision = revision + 1 WHERE image_id <= 1000`
          yield* Effect.sleep("50 millis")
        }
        yield* sql`UPDATE images SET image_filename = 'renamed.jpg' WHERE image_id = ${images - 1}`
        yield* inPage(() => page.getByText("renamed.jpg", { exact: true }).waitFor())
        // One by one they would be more than 50 bytes each.
        assert.isBelow(received - before, 5000)

        yield* sql`INSERT INTO images (image_filename, image_path, source_key, requested_services)
          VALUES ('new.jpg', '/new.jpg', 'new', '{clip}')`
        yield* inPage(async () => {
          await page.getByText("new.jpg", { exact: true }).waitFor()
          await page.getByText("3,001 images", { exact: true }).waitFor()
        })
        yield* sql`DELETE FROM images WHERE image_id <= 500`
        yield* inPage(async () => {
          await page.getByText("2,501 images", { exact: true }).waitFor()
          assert.strictEqual(await page.getByRole("button", { name: "There are changes" }).count(), 0)
        })
      }).pipe(Effect.scoped),
    60_000
  )

  it.effect("shows what has changed of what was scrolled by, when it is looked at again", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { page } = yield* Browsers.open("images", { width: 1000, height: 700 })
      const [first] = yield* sql<{ id: number }>`SELECT max(image_id) AS id FROM images`
      const tile = page.locator(`[data-image="${first!.id}"]`)
      yield* inPage(async () => {
        await tile.locator("b").waitFor()
        await page.evaluate("scrollTo(0, 20000)")
        await tile.waitFor({ state: "detached" })
        await Promise.all([page.waitForRequest(/\/events\?.*ids=/), page.evaluate("scrollTo(0, 24000)")])
      })
      yield* sql`UPDATE images SET revision = revision + 1, image_filename = 'seen again.jpg'
        WHERE image_id > ${first!.id} - 1000 AND image_id <= ${first!.id}`
      yield* inPage(async () => {
        // They did not change the list.
        await page.waitForTimeout(1500)
        assert.strictEqual(await page.getByRole("button", { name: "There are changes" }).count(), 0)
        await page.evaluate("scrollTo(0, 0)")
        await tile.getByText("seen again.jpg", { exact: true }).waitFor()
      })
    }).pipe(Effect.scoped)
  )

  it.effect(
    "holds up the page for no long time while it is scrolled through",
    () =>
      Effect.gen(function* () {
        const browser = yield* Browsers.Chromium
        const { page } = yield* Browsers.open("images", { width: 1400, height: 900 })
        const input = yield* inPage(() => page.context().newCDPSession(page))
        const trace = yield* inPage(async () => {
          await page.locator(".tile b").nth(10).waitFor()
          await browser.startTracing(page, { categories: ["toplevel", "disabled-by-default-devtools.timeline"] })
          await input.send("Input.synthesizeScrollGesture", {
            x: 700,
            y: 500,
            yDistance: -12_000,
            speed: 3000,
            gestureSourceType: "mouse"
          })
          return JSON.parse((await browser.stopTracing()).toString()) as { readonly traceEvents: ReadonlyArray<Traced> }
        })
        assert.isAbove(yield* inPage(() => page.evaluate<number>("scrollY")), 5000)
        const { traceEvents } = trace
        const ofPages = new Set(
          traceEvents
            .filter(({ args, name }) => name === "thread_name" && args.name === "CrRendererMain")
            .map(({ pid, tid }) => `${pid} ${tid}`)
        )
        // Of the time on a busy machine only that of the processor is the page's.
        const tasks = traceEvents
          .filter(({ name, pid, tid }) => name === "RunTask" && ofPages.has(`${pid} ${tid}`))
          .map(({ tdur = 0 }) => tdur / 1000)
        assert.isAbove(tasks.length, 100)
        assert.isBelow(Math.max(...tasks), 100)
        assert.isAtMost(tasks.filter((milliseconds) => milliseconds > 50).length, 2)
      }).pipe(Effect.scoped),
    60_000
  )
})

/** What a trace says of a task, as far as it is looked at. */
interface Traced {
  readonly name: string
  readonly pid: number
  readonly tid: number
  readonly args: { readonly name?: string }
  /** Microseconds of the processor. */
  readonly tdur?: number
}
