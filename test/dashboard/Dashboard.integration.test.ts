import * as NodeFs from "node:fs/promises"
import { assert, layer } from "@effect/vitest"
import { Deferred, Effect, FileSystem, Layer, Path, Stream } from "effect"
import { gzipSync } from "node:zlib"
import type { Page } from "playwright-core"
import { Farm } from "#farm/simulated/Farm"
import type { QueryText } from "../../src/domain/archive/Query.ts"
import type { Outcome } from "../../src/domain/Facts.ts"
import * as Operate from "../../src/programs/flows/Operate.ts"
import { MessageBroker } from "../../src/services/MessageBroker.ts"
import { ResultStore } from "../../src/services/ResultStore.ts"
import { ServiceSwitch } from "../../src/services/ServiceSwitch.ts"
import { CurrentTuning } from "../../src/services/Tunings.ts"
import { WorkerRegistry } from "../../src/services/WorkerRegistry.ts"
import * as ApiServers from "../support/ApiServers.ts"
import * as Archives from "../support/Archives.ts"
import * as Browsers from "../support/Browsers.ts"
import * as DashboardPipeline from "../support/DashboardPipeline.ts"
import { caption, failed, object, said, serviceId, text } from "../support/Facts.ts"

const ocr = serviceId("ocr")

/** A running pipeline that has looked at four images, and failed to read one of them. */
const pipeline = Layer.mergeAll(
  Layer.effectDiscard(
    Effect.gen(function* () {
      yield* DashboardPipeline.submitSamples(4, "first")
      yield* DashboardPipeline.untilDone
      const [image] = yield* (yield* ResultStore).submit([
        { reference: { filename: "torn.jpg", path: "/nowhere/torn.jpg" }, services: [ocr], group: "torn" }
      ])
      yield* (yield* ResultStore).record([
        { imageId: image!.imageId, service: ocr, outcome: failed("refused"), workerId: "worker" }
      ])
      yield* Archives.derive(image!.imageId)
    })
  ),
  Browsers.layer
).pipe(Layer.provideMerge(DashboardPipeline.layer({ behavior: { latency: 0 } })))

/** Something in a page that promises do. */
const inPage = <A>(act: () => Promise<A>) => Effect.promise(act)

const routes = [
  "",
  "images",
  "images/4",
  "add",
  "failures",
  "dead-letters",
  "operations",
  "statistics",
  "workers"
] as const

/** What is there when a page has been drawn. */
const sign: Readonly<Record<(typeof routes)[number], string>> = {
  "": "[data-step=yolov8]",
  images: ".tile image",
  "images/4": ".picture .merged",
  add: ".files",
  failures: ".failures",
  "dead-letters": ".empty",
  operations: ".begin select",
  statistics: ".tile image",
  workers: ".worker tbody tr"
}

/** Places of the drawn boxes, by name. */
const drawn = (page: Page) =>
  page.locator(".merged").evaluateAll((groups) =>
    groups.map((group) => {
      const box = group.querySelector(".box")
      return [
        group.getAttribute("data-box"),
        ...["x", "y", "width", "height"].map((name) => Number(box.getAttribute(name)))
      ]
    })
  )

/** Waits until there are so many images in the list. */
const tiles = async (page: Page, count: number) => {
  await page
    .locator(".tile")
    .nth(count - 1)
    .waitFor()
  await page.locator(".tile").nth(count).waitFor({ state: "detached" })
}

const byName = (a: ReadonlyArray<unknown>, b: ReadonlyArray<unknown>) => (String(a[0]) < String(b[0]) ? -1 : 1)

layer(pipeline, { excludeTestServices: true, timeout: "60 seconds" })("the dashboard", (it) => {
  for (const options of [
    { width: 1280, colorScheme: "light" },
    { width: 768, colorScheme: "light" },
    { width: 375, colorScheme: "dark" }
  ] as const) {
    it.effect(`fits ${options.width} pixels, without a complaint of the browser`, () =>
      Effect.gen(function* () {
        const { complaints, goTo, page } = yield* Browsers.open("", options)
        for (const route of routes) {
          yield* goTo(route)
          yield* inPage(() => page.locator(sign[route]).first().waitFor())
          const overflow = yield* inPage(() =>
            page.evaluate<number>("document.documentElement.scrollWidth - innerWidth")
          )
          assert.isAtMost(overflow, 0, `"${route}" is wider than the window`)
        }
        // One picture cannot be read.
        assert.deepStrictEqual(
          complaints.filter((complaint) => !/^Failed to load resource.*\/images\/\d+\/content/.test(complaint)),
          []
        )
      }).pipe(Effect.scoped)
    )
  }

  it.effect("weighs less than 150 kB of script, compressed", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const assets = path.join((yield* ApiServers.Folders).dashboard, "assets")
      const scripts = (yield* fs.readDirectory(assets)).filter((name) => name.endsWith(".js"))
      const sizes = yield* Effect.forEach(scripts, (name) =>
        Effect.map(fs.readFile(path.join(assets, name)), (bytes) => gzipSync(bytes).length)
      )
      assert.isNotEmpty(sizes)
      assert.isBelow(
        sizes.reduce((sum, size) => sum + size, 0),
        150_000
      )
    })
  )

  it.effect("begins an operation when a person agrees to how much it is, stops it, and tells who did", () =>
    Effect.gen(function* () {
      const { page } = yield* Browsers.open("operations")
      yield* inPage(async () => {
        const form = page.locator(".begin")
        await form.getByRole("button", { name: "Begin" }).click()
        await form.getByText("Name the services to ask").waitFor()
        await form.getByRole("textbox", { name: "Services" }).fill("yolov8")
        await form.getByLabel("Answered before").fill("2100-01-01")
        await form.getByRole("button", { name: "Begin" }).click()
        const dialog = page.getByRole("dialog", { name: "Ask yolov8 again, before 2100-01-01?" })
        await dialog.getByText(/This is about \d+ answers/).waitFor()
        await dialog.getByRole("button", { name: "Ask services again" }).click()
        const operation = page.locator("[data-operation]").first()
        await operation.getByText("running").waitFor()
        await operation.getByRole("button", { name: "Stop" }).click()
        await page.getByRole("dialog").getByRole("button", { name: "Stop" }).click()
        await operation.getByText("stopped").waitFor()
        await page
          .locator("table.done")
          .getByText(/^stop operation/)
          .waitFor()
        await page.locator("table.done").getByText("ask yolov8 again, before 2100-01-01").waitFor()
      })
    }).pipe(Effect.scoped)
  )

  it.effect(
    "shows progress as it is made",
    () =>
      Effect.gen(function* () {
        const overview = yield* Browsers.open("")
        const images = yield* Browsers.open("images?group=second")
        yield* inPage(() => images.page.getByText("No image meets the filters").waitFor())
        yield* DashboardPipeline.submitSamples(6, "second")
        yield* inPage(async () => {
          await images.page.locator(".tile").nth(1).waitFor()
          await images.page.locator(".tile .state").first().waitFor({ state: "detached" })
          assert.strictEqual(await images.page.locator(".tile").count(), 2)
          await overview.page.getByText(/^2 groups done/).click()
          await overview.page.locator(".batches li", { hasText: "second" }).getByText("2 / 2 images").waitFor()
        })
      }).pipe(Effect.scoped),
    60_000
  )

  it.effect("replays an image up to the boxes that are stored", () =>
    Effect.gen(function* () {
      const { page } = yield* Browsers.open("images/4?on=outvoted")
      const api = yield* ApiServers.client
      const { boxes } = yield* api.images.get({ params: { id: 4 as never } })
      const stored = boxes.map(({ box, id }) => [id, box.x, box.y, box.width, box.height])
      assert.isNotEmpty(stored)
      yield* inPage(async () => {
        await page.locator(".merged").first().waitFor()
        assert.deepStrictEqual((await drawn(page)).sort(byName), stored.sort(byName))
        await page.locator("[data-compared=same]").waitFor()

        const scrubber = page.getByRole("slider", { name: "Answers known" })
        await scrubber.focus()
        await page.keyboard.press("Home")
        await page.locator("[data-position='0']").waitFor()
        assert.strictEqual(await page.locator(".merged").count(), 0)
        await page.keyboard.press("ArrowRight")
        await page.locator("[data-position='1']").waitFor()

        await page.keyboard.press("End")
        await page.locator("[data-compared=same]").waitFor()
        assert.deepStrictEqual((await drawn(page)).sort(byName), stored.sort(byName))

        await page.getByLabel("Strategy").selectOption("affirmative")
        await page.locator("[data-compared=different]").waitFor()
        await page.getByRole("button", { name: "As configured" }).click()
        await page.locator("[data-compared=same]").waitFor()
      })
    }).pipe(Effect.scoped)
  )

  it.effect("says who saw a box, by pointer and by keyboard", () =>
    Effect.gen(function* () {
      const { page } = yield* Browsers.open("images/4?on=outvoted")
      const api = yield* ApiServers.client
      const { boxes } = yield* api.images.get({ params: { id: 4 as never } })
      const { dissenters, id, members } = boxes.find((box) => box.dissenters.length > 0)!
      yield* inPage(async () => {
        const drawing = page.locator(`.merged[data-box="${id}"]`)
        await drawing.focus()
        await page.keyboard.press("Enter")
        const names = (kind: string) =>
          page.locator(`[data-${kind}]`).evaluateAll((all, kind) => all.map((one) => one.dataset[kind]).sort(), kind)
        await page.locator("[data-member]").first().waitFor()
        assert.deepStrictEqual(await names("member"), members.map(({ service }) => service).sort())
        assert.deepStrictEqual(await names("dissenter"), [...dissenters])

        await page.getByRole("checkbox", { name: "yolov8" }).check()
        const own = members.filter(({ service }) => service === "yolov8")
        assert.isAtLeast(await page.locator(".detection[data-service=yolov8]").count(), own.length)
        await page.getByRole("checkbox", { name: "harmonized" }).uncheck()
        await page.locator(".merged.confirmed").first().waitFor({ state: "detached" })
      })
    }).pipe(Effect.scoped)
  )

  it.effect("takes pictures in that are chosen, dropped, pasted or named, and says what was refused and why", () =>
    Effect.gen(function* () {
      const { page } = yield* Browsers.open("add")
      const [red, blue] = yield* Effect.all([ApiServers.picture("red"), ApiServers.picture("blue")])
      yield* inPage(async () => {
        await page.getByLabel("Group").fill("added")
        await page.locator("input[type=file]").setInputFiles([
          { name: "red.jpg", mimeType: "image/jpeg", buffer: Buffer.from(red) },
          { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no picture") }
        ])
        const outcome = page.getByRole("region", { name: "All are sent" })
        await outcome.getByText("1 picture taken").waitFor()
        await outcome
          .locator("[data-refused='notes.txt']")
          .getByText(/is not a picture|cannot be read|format/i)
          .waitFor()
        await page.getByLabel(/Addresses/).fill("http://127.0.0.1:9/secret.jpg nonsense")
        await page.getByRole("button", { name: "Fetch 1 picture" }).click()
        await outcome.locator("[data-refused='http://127.0.0.1:9/secret.jpg']").waitFor()

        await page.goto(page.url().replace(/#.*/, "#/workers"))
        const given = [...blue]
        await page.evaluate(`(() => {
          const data = new DataTransfer()
          data.items.add(new File([new Uint8Array([${given.join()}])], "blue.jpg", { type: "image/jpeg" }))
          for (const type of ["dragover", "drop"]) {
            document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }))
          }
          const pasted = new DataTransfer()
          pasted.setData("text", "http://127.0.0.1:9/other.jpg")
          document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: pasted, bubbles: true }))
        })()`)
        await page.getByText("2 pictures taken").waitFor()
        await outcome.locator("[data-refused='http://127.0.0.1:9/other.jpg']").waitFor()
        await outcome.getByRole("link", { name: "See the images" }).click()
        await tiles(page, 2)
      })
      yield* DashboardPipeline.untilDone
    }).pipe(Effect.scoped)
  )

  it.effect("explains itself while there is no image", () =>
    Effect.gen(function* () {
      const { page } = yield* Browsers.open("workers")
      yield* inPage(async () => {
        await page.route("**/progress", async (route) => {
          const response = await route.fetch()
          await route.fulfill({ response, json: { ...(await response.json()), images: 0 } })
        })
        await page.getByRole("link", { name: "Overview" }).click()
        const welcome = page.getByRole("region", { name: "There are no images yet" })
        await welcome.getByRole("link", { name: "Add pictures" }).click()
        await page.getByRole("heading", { name: "Add pictures", level: 1 }).waitFor()
        await page.unrouteAll({ behavior: "ignoreErrors" })
      })
    }).pipe(Effect.scoped)
  )

  it.effect("shows portraits whole, in tiles of three sizes, and keeps order and size", () =>
    Effect.gen(function* () {
      const { page } = yield* Browsers.open("images?group=first")
      yield* inPage(async () => {
        await page.locator(".tile image").nth(3).waitFor()
        await page.getByText("4 images", { exact: true }).waitFor()
        const widthOf = async () => (await page.locator(".tile").first().boundingBox())!.width
        const medium = await widthOf()
        await page.getByLabel("Size").selectOption("large")
        await page.locator(".tile image").nth(3).waitFor()
        const large = await widthOf()
        assert.isAbove(large, medium)
        // The whole picture is drawn, within its tile.
        const fits = await page.locator(".tile image").evaluateAll((all) =>
          all.map((image) => {
            const [inner, outer] = [image.getBoundingClientRect(), image.closest(".view").getBoundingClientRect()]
            const isInside = inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1
            const ratio = Number(image.getAttribute("width")) / Number(image.getAttribute("height"))
            return isInside && Math.abs(inner.width / inner.height - ratio) < 0.02
          })
        )
        assert.deepStrictEqual(fits, [true, true, true, true])
        await page.getByLabel("Order").selectOption("most-boxes")
        await page.waitForURL((url) => url.hash.includes("order=most-boxes"))
        await page.reload()
        await page.locator(".tile image").nth(3).waitFor()
        assert.strictEqual(await page.getByLabel("Order").inputValue(), "most-boxes")
        assert.strictEqual(await widthOf(), large)
      })
      const api = yield* ApiServers.client
      const { ids } = yield* api.images.list({ query: { group: "first", order: "most-boxes" } })
      yield* inPage(async () => {
        const shown = await page.locator(".tile").evaluateAll((all) => all.map((one) => Number(one.dataset.image)))
        assert.deepStrictEqual(shown, [...ids])
        // The image page goes on in the same order.
        await page.locator(".tile a").first().click()
        await page.locator(".merged").first().waitFor()
        await page.keyboard.press("ArrowRight")
        await page.getByText(`#${ids[1]} · `).waitFor()
        await page.evaluate("localStorage.clear()")
      })
    }).pipe(Effect.scoped)
  )

  it.effect("tells who agrees with whom, what was found and how fast, of a group too, and leads to the worklist", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const all = yield* api.images.statistics({ query: { group: "first" } })
      const { page } = yield* Browsers.open("statistics?group=first")
      yield* inPage(async () => {
        await page.getByText("4 images", { exact: true }).waitFor()
        const outvoted = page.getByRole("region", { name: "Who is outvoted" }).locator("tbody th")
        assert.deepStrictEqual(
          await outvoted.allTextContents(),
          all.detectors.map(({ service }) => service)
        )
        const matrix = page.getByRole("region", { name: "Who agrees with whom" })
        assert.strictEqual(await matrix.locator("tbody td[title]").count(), all.pairs.length * 2)
        await page.getByRole("link", { name: "All images in this order" }).click()
        await page.waitForURL((url) => url.hash.includes("order=least-agreement"))
        await tiles(page, 4)
      })
      const worst = yield* api.images.list({ query: { group: "first", order: "least-agreement" } })
      yield* inPage(async () => {
        const shown = await page.locator(".tile").evaluateAll((all) => all.map((one) => Number(one.dataset.image)))
        assert.deepStrictEqual(shown, [...worst.ids])
      })
    }).pipe(Effect.scoped)
  )

  it.effect("goes through the filtered list by keys, and back to the place in it", () =>
    Effect.gen(function* () {
      const { page } = yield* Browsers.open("images?group=first", { width: 500, height: 500 })
      yield* inPage(async () => {
        await page.locator(".tile image").first().waitFor()
        await page.locator(".tile").nth(3).waitFor()
        const last = page.locator(".tile").nth(3)
        await last.scrollIntoViewIfNeeded()
        const scroll = await page.evaluate<number>("scrollY")
        assert.isAbove(scroll, 0)
        const shown = () => page.evaluate<string>("location.hash.split('?')[0]")
        const ids = await page.locator(".tile").evaluateAll((all) => all.map((one) => one.dataset.image))
        await last.locator("a").click()
        for (const [key, id] of [
          ["ArrowLeft", ids[2]],
          ["ArrowLeft", ids[1]],
          ["ArrowRight", ids[2]]
        ] as const) {
          await page.locator(".merged").first().waitFor()
          await page.keyboard.press(key)
          await page.getByText(`#${id} · `).waitFor()
          assert.strictEqual(await shown(), `#/images/${id}`)
        }
        await page.getByRole("link", { name: "All images" }).click()
        await page.locator(".tile").nth(3).waitFor()
        await page.evaluate(`new Promise((resolve) => {
          const look = () => (Math.abs(scrollY - ${scroll}) < 2 ? resolve() : requestAnimationFrame(look))
          look()
        })`)
      })
    }).pipe(Effect.scoped)
  )

  it.effect("goes back to the list while what is shown of an image is about to be written into its address", () =>
    Effect.gen(function* () {
      const { page } = yield* Browsers.open("images?group=first")
      yield* inPage(async () => {
        await page.locator(".tile a").first().click()
        await page.locator(".merged").first().waitFor()
        await page.keyboard.press("n")
        // So slow a page that the moment to write comes when the address is another one already, and the page is not.
        await page.evaluate(`new Promise((resolve) => {
          const dawdle = () => {
            const end = performance.now() + 400
            while (performance.now() < end);
            setTimeout(resolve, 500)
          }
          addEventListener("popstate", dawdle, { once: true })
          history.back()
        })`)
        assert.strictEqual(await page.evaluate<string>("location.hash"), "#/images?group=first")
        await page.locator(".tile").nth(3).waitFor()
      })
    }).pipe(Effect.scoped)
  )

  it.effect("follows a choice after going back to what has the same address", () =>
    Effect.gen(function* () {
      const { page } = yield* Browsers.open("statistics?group=first")
      yield* inPage(async () => {
        const group = page.locator(".chosen select")
        const isAt = (hash: string) => page.waitForFunction(`location.hash === "${hash}"`)
        await page.getByText("4 images", { exact: true }).waitFor()
        await page.locator("nav a[href='#/statistics']").first().click()
        await isAt("#/statistics")
        await group.selectOption("first")
        await isAt("#/statistics?group=first")
        await page.evaluate(`new Promise((resolve) => {
          addEventListener("popstate", () => setTimeout(resolve), { once: true })
          history.back()
        })`)
        await group.selectOption("")
        await isAt("#/statistics")
        assert.strictEqual(await group.inputValue(), "")
      })
    }).pipe(Effect.scoped)
  )

  it.effect("keeps the filters in the address", () =>
    Effect.gen(function* () {
      const { page } = yield* Browsers.open("images?group=first")
      const api = yield* ApiServers.client
      const { images } = yield* api.images.search({ query: { group: "first" } })
      const withConcept = (concept: string) =>
        images.filter(({ findings }) => findings.some((finding) => finding.concept === concept))
      const concept = images
        .flatMap(({ findings }) => findings.map(({ concept }) => concept))
        .find((concept) => withConcept(concept).length < images.length)!
      const expected = withConcept(concept).length
      yield* inPage(async () => {
        await page.locator(".tile").nth(3).waitFor()
        await page.getByRole("searchbox", { name: "Label" }).fill(concept)
        await page.waitForURL((url) => url.hash.includes("label="))
        await tiles(page, expected)
        await page.reload()
        await tiles(page, expected)
        assert.strictEqual(await page.getByRole("searchbox", { name: "Label" }).inputValue(), concept)
      })
    }).pipe(Effect.scoped)
  )

  it.effect("searches in one box, suggests words, and says what is wrong with a query", () =>
    Effect.gen(function* () {
      const { complaints, page } = yield* Browsers.open("images?group=first")
      const api = yield* ApiServers.client
      const { images } = yield* api.images.search({ query: { group: "first" } })
      const { concept } = images[0]!.findings[0]!
      const quoted = `"${concept}"` as QueryText
      const found = yield* api.images.search({ query: { group: "first", q: quoted } })
      const others = yield* api.images.search({ query: { group: "first", q: `NOT ${quoted}` as QueryText } })
      assert.sameMembers(
        [...found.images, ...others.images].map(({ id }) => id),
        images.map(({ id }) => id)
      )
      yield* inPage(async () => {
        await page.locator(".tile").nth(3).waitFor()
        await page.keyboard.press("/")
        const box = page.getByRole("combobox", { name: "Search" })
        await box.pressSequentially(`NOT ${concept.slice(0, 3)}`)
        await page.getByRole("option", { name: concept, exact: false }).first().waitFor()
        await page.keyboard.press("ArrowUp")
        await page.keyboard.press("Escape")
        await box.fill(concept)
        await page.getByRole("option", { name: new RegExp(`${concept}$`) }).click()
        await page.waitForURL((url) => url.hash.includes("q="))
        await tiles(page, found.images.length)
        await box.fill(`NOT ${quoted}`)
        await tiles(page, others.images.length)
        const before = page.url()
        await box.fill(`NOT ${quoted} (`)
        await page
          .getByRole("alert")
          .getByText(/A word is missing|has no/)
          .waitFor()
        assert.strictEqual(page.url(), before)
        await page.reload()
        assert.strictEqual(await box.inputValue(), `NOT ${quoted}`)
      })
      assert.deepStrictEqual(complaints, [])
    }).pipe(Effect.scoped)
  )

  it.effect("exports the images that meet the filters", () =>
    Effect.gen(function* () {
      const { page } = yield* Browsers.open("images?group=first")
      yield* inPage(async () => {
        await page.getByLabel("Export as").selectOption("jsonl")
        const [download] = await Promise.all([
          page.waitForEvent("download"),
          page.getByRole("link", { name: "Download" }).click()
        ])
        assert.strictEqual(download.suggestedFilename(), "windmill.jsonl")
        const lines = (await NodeFs.readFile(await download.path(), "utf8")).trimEnd().split("\n")
        assert.strictEqual(lines.length, await page.locator(".tile").count())
      })
    }).pipe(Effect.scoped)
  )

  it.effect("pauses a service, and lets it go on", () =>
    Effect.gen(function* () {
      const { page } = yield* Browsers.open("")
      const card = page.locator("[data-step=ocr]")
      yield* inPage(async () => {
        await card.getByRole("button", { name: "Pause" }).click()
        await page.getByLabel("Your name").fill("Ada")
        await page.getByLabel("Reason").fill("a new model")
        await page.getByRole("dialog").getByRole("button", { name: "Pause" }).click()
        await card.getByText("paused by Ada").waitFor()
      })
      const switches = yield* ServiceSwitch
      yield* switches.untilPaused(ocr)
      const [pause] = yield* switches.pauses
      assert.deepInclude(pause, { step: ocr, by: "Ada", reason: "a new model" })

      const api = yield* ApiServers.client
      const [image] = (yield* api.images.search({ query: { group: "second" } })).images
      yield* api.images.rerun({ params: { id: image!.id }, payload: { services: [ocr], all: true } })
      yield* inPage(async () => {
        await card.locator("dl").getByText("1", { exact: true }).waitFor()
        await card.getByRole("button", { name: "Resume" }).click()
        await card.getByText("paused by Ada").waitFor({ state: "detached" })
      })
      yield* DashboardPipeline.untilDone
      assert.deepStrictEqual(yield* switches.pauses, [])
    }).pipe(Effect.scoped)
  )

  it.effect("changes how a service is asked, and has it as in the catalog again", () =>
    Effect.gen(function* () {
      const { page } = yield* Browsers.open("")
      const { of, until } = yield* CurrentTuning
      const card = page.locator("[data-step=ocr]")
      const dialog = page.getByRole("dialog", { name: "How ocr is asked" })
      const field = (name: string) => dialog.getByLabel(name)
      const save = () => dialog.getByRole("button", { name: "Save" }).click()
      yield* inPage(async () => {
        await card.getByRole("button", { name: "Tune" }).click()
        await field("Requests in flight").fill("3")
        await field("requests per second").fill("0.5")
        await field("Attempts").fill("1000")
        await field("Failures in a row").fill("2")
        await save()
        await dialog.getByRole("alert").getByText("100").waitFor()
        await field("Attempts").fill("7")
        await save()
        await card.getByText("concurrency 3, at most 30 requests per minute, 7 attempts, left alone after 2").waitFor()
        assert.strictEqual(await dialog.count(), 0)
      })
      yield* until(ocr, ({ threshold }) => threshold === 2).pipe(Effect.timeout("10 seconds"))
      yield* inPage(async () => {
        await card.getByRole("button", { name: "Tune" }).click()
        assert.strictEqual(await field("Attempts").inputValue(), "7")
        for (const name of ["Requests in flight", "requests per second", "Attempts"]) await field(name).fill("")
        await save()
        await card.getByText("left alone after 2 failures", { exact: true }).waitFor()
      })
      yield* until(ocr, ({ attempts }) => attempts === undefined).pipe(Effect.timeout("10 seconds"))
      assert.deepStrictEqual(yield* of(ocr), { threshold: 2 })
      yield* (yield* ApiServers.client).pipeline.untune({ params: { service: ocr } })
    }).pipe(Effect.scoped)
  )

  it.effect("says how far everything is without a service that is halted, first, and what to do about it", () =>
    Effect.gen(function* () {
      const ollama = serviceId("ollama")
      const switches = yield* ServiceSwitch
      yield* switches.pause({ step: ollama, by: "Ada", reason: "too hot" })
      const registry = yield* WorkerRegistry
      const away = [{ source: "/mnt/nas", reason: "/mnt/nas is missing", nextProbe: new Date() }]
      yield* registry.beat({ workerId: "w2", host: "there", version: "0.1.0", activities: [], away })
      const { page } = yield* Browsers.open("")
      yield* DashboardPipeline.submitSamples(7, "third")
      const summary = page.getByRole("region", { name: "All images" })
      const line = page.locator("[data-attention=ollama]")
      yield* inPage(async () => {
        await line.getByText("1 image waits").waitFor()
        await line.getByText("paused by Ada").waitFor()
        await summary.getByText("images done without ollama").locator("..").getByText("10 / 10").waitFor()
        await summary.getByText("images done", { exact: true }).locator("..").getByText("9 / 10").waitFor()
        assert.match((await page.locator("main > section").first().textContent())!, /^Needs attention/)
        await page.locator("[data-attention=ocr]").getByText("1 refusal").waitFor()
        await page.locator('[data-attention="/mnt/nas"]').getByText("pictures cannot be read by w2").waitFor()
        await line.getByRole("button", { name: "Resume" }).click()
        await line.waitFor({ state: "detached" })
      })
      yield* registry.leave("w2")
      yield* DashboardPipeline.untilDone
    }).pipe(Effect.scoped)
  )

  it.effect("shows dead letters, puts some back and drops the others, once somebody said yes", () =>
    Effect.gen(function* () {
      const broker = yield* MessageBroker
      yield* broker.publish(["one", "two"].map((body) => ({ queue: "queue_clip", body })))
      const api = yield* ApiServers.client
      const { page } = yield* Browsers.open("dead-letters?step=clip")
      const letters = page.locator("[data-letter]")
      yield* inPage(async () => {
        await letters.nth(1).waitFor()
        await letters.nth(1).locator("summary").click()
        await letters.nth(1).getByText("two", { exact: true }).waitFor()
        await letters.nth(1).getByRole("checkbox").check()
        await page.getByRole("button", { name: "Drop" }).click()
        await page.getByRole("dialog").getByText("1 message of clip").waitFor()
        await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click()
        assert.strictEqual(await letters.count(), 2)
        await page.getByRole("button", { name: "Drop" }).click()
        await page.getByRole("dialog").getByRole("button", { name: "Drop" }).click()
        await letters.nth(1).waitFor({ state: "detached" })
      })
      const left = yield* ApiServers.plain(api.pipeline.deadLetters({ query: {} }))
      assert.deepStrictEqual(
        left.map(({ body }) => body),
        ["one"]
      )
      yield* broker.drop("queue_clip", "all")
    }).pipe(Effect.scoped)
  )

  it.effect("groups failures, and tries a group again", () =>
    Effect.gen(function* () {
      const farm = yield* Farm
      const clip = serviceId("clip")
      yield* farm.behave(clip, { error: 1, errorStatuses: [400] })
      const api = yield* ApiServers.client
      const [image] = (yield* api.images.search({ query: { group: "second" } })).images
      yield* api.images.rerun({ params: { id: image!.id }, payload: { services: [clip], all: true } })
      yield* DashboardPipeline.untilDone
      yield* farm.behave(clip, { error: 0 })
      const { page } = yield* Browsers.open("failures")
      const group = page.getByRole("region", { name: "clip: refused" })
      yield* inPage(async () => {
        await group.getByText("1 failure").waitFor()
        await group.getByText(image!.filename).waitFor()
        await group.getByRole("button", { name: "Retry group" }).click()
        const question = page.getByRole("dialog", { name: "Ask clip again?" })
        await question.getByText("1 failure").waitFor()
        await question.getByRole("button", { name: "Retry" }).click()
        await group.waitFor({ state: "detached" })
      })
      yield* DashboardPipeline.untilDone
      assert.deepStrictEqual((yield* api.images.search({ query: { error: "any", service: clip } })).images, [])
    }).pipe(Effect.scoped)
  )

  it.effect(
    "takes many images at once: groups, exports, asks again and deletes them, once somebody said yes",
    () =>
      Effect.gen(function* () {
        const api = yield* ApiServers.client
        // What an attempt before this one left.
        const [left, ...others] = (yield* api.images.list({ query: { group: "chosen" } })).ids
        if (left !== undefined) yield* api.images.assign({ payload: { ids: [left, ...others], group: "many" } })
        yield* DashboardPipeline.submitSamples(11, "many")
        yield* DashboardPipeline.untilDone
        const many = (yield* api.images.list({ query: { group: "many" } })).ids.length
        yield* Effect.forkScoped(Stream.runDrain(Operate.operate({ stop: yield* Deferred.make<void>() })))
        const { page } = yield* Browsers.open("images?group=many")
        const bar = page.getByRole("region", { name: "Selected images" })
        const confirm = (verb: string) => page.getByRole("dialog").getByRole("button", { name: verb }).click()
        yield* inPage(async () => {
          const boxes = page.locator(".tile input")
          await boxes.nth(3).waitFor()
          await boxes.nth(0).check()
          await boxes.nth(2).click({ modifiers: ["Shift"] })
          await bar.getByText("3 images selected").waitFor()
          const [download] = await Promise.all([
            page.waitForEvent("download"),
            bar.getByRole("button", { name: "Download" }).click()
          ])
          const coco = JSON.parse(await NodeFs.readFile(await download.path(), "utf8")) as { images: unknown[] }
          assert.lengthOf(coco.images, 3)

          await bar.getByRole("textbox", { name: "Group for the selected images" }).fill("chosen")
          await bar.getByRole("button", { name: "Group" }).click()
          await page.getByRole("dialog", { name: "Put 3 images into chosen?" }).waitFor()
          await confirm("Group")
          await tiles(page, many - 3)
          await bar.waitFor({ state: "detached" })

          await page.goto(page.url().replace("group=many", "group=chosen"))
          await tiles(page, 3)
          await boxes.nth(0).check()
          await bar.getByRole("button", { name: "Select all 3 images" }).click()
          await bar.getByRole("button", { name: "Run again" }).click()
          await page
            .getByRole("dialog", { name: "Ask again about 3 images?" })
            .getByText(/\d+ answers will be asked/)
            .waitFor()
          await confirm("Run again")
          await bar.getByText(/Operation \d+ has begun/).waitFor()
          await page.keyboard.press("x")
          await bar.waitFor({ state: "detached" })

          await boxes.nth(1).check()
          await bar.getByRole("button", { name: "Delete" }).click()
          await page.getByRole("dialog", { name: "Delete 1 image?" }).waitFor()
          await confirm("Cancel")
          assert.strictEqual(await page.locator(".tile").count(), 3)
          await bar.getByRole("button", { name: "Delete" }).click()
          await confirm("Delete")
          await tiles(page, 2)
          await page.getByText("2 images", { exact: true }).waitFor()
        })
        assert.lengthOf((yield* api.images.list({ query: { group: "chosen" } })).ids, 2)
        const log = yield* ApiServers.plain(api.operations.actions({ query: {} }))
        assert.include(
          log.map(({ what }) => what),
          "group chosen"
        )
        yield* DashboardPipeline.untilDone
      }).pipe(Effect.scoped),
    60_000
  )

  it.effect("shows what somebody wrote as text, whatever it is", () =>
    Effect.gen(function* () {
      const attack = (name: string) =>
        `${name}<img src=x onerror="document.title='broken'"><script>document.title="broken"</script>`
      const store = yield* ResultStore
      const first = yield* store.reference(1 as never)
      const path = first._tag === "Some" && "path" in first.value ? first.value.path : ""
      const answers: Readonly<Record<string, Outcome>> = {
        yolov8: said({ ...object(attack("label"), [100, 100, 300, 200], 0.9), emoji: attack("emoji") }),
        blip: said(caption(attack("caption"))),
        ocr: said(text(attack("ocr"))),
        clip: { _tag: "Failure", class: "refused", reason: attack("reason") }
      }
      const [image] = yield* store.submit([
        {
          reference: { filename: attack("file"), path: `${path}?`, url: "http://127.0.0.1:9/" },
          services: Object.keys(answers).map(serviceId),
          group: attack("group")
        }
      ])
      const { imageId } = image!
      yield* store.record(
        Object.entries(answers).map(([service, outcome]) => ({
          imageId,
          service: serviceId(service),
          outcome,
          workerId: attack("worker")
        }))
      )
      yield* Archives.derive(imageId)
      const places = {
        "": ["group"],
        images: ["file"],
        [`images/${imageId}`]: ["file", "group", "label", "caption", "ocr"],
        failures: ["reason", "file"]
      }
      const { goTo, page } = yield* Browsers.open("")
      for (const [route, names] of Object.entries(places)) {
        yield* goTo(route)
        yield* inPage(async () => {
          for (const name of names) await page.getByText(attack(name)).first().waitFor({ state: "attached" })
          assert.match(await page.title(), /^[A-Z][\w ]+ · Windmill$/, route)
          assert.strictEqual(await page.locator("img[src=x], script:not([src])").count(), 0, route)
        })
      }
    }).pipe(Effect.scoped)
  )
})
