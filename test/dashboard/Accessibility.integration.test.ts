/** The pages in the eyes of axe: names, roles, contrast, order, in both themes. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { ResultStore } from "../../src/services/ResultStore.ts"
import * as Axe from "../support/Axe.ts"
import * as Archives from "../support/Archives.ts"
import * as Browsers from "../support/Browsers.ts"
import * as DashboardPipeline from "../support/DashboardPipeline.ts"
import { failed, serviceId } from "../support/Facts.ts"
import * as Operate from "../../src/programs/flows/Operate.ts"
import { MessageBroker } from "../../src/services/MessageBroker.ts"

const ocr = serviceId("ocr")

/** Images that are done, one that failed, and a dead letter: every page has something to show. */
const pipeline = Layer.mergeAll(
  Layer.effectDiscard(
    Effect.gen(function* () {
      yield* DashboardPipeline.submitSamples(4, "first")
      yield* DashboardPipeline.untilDone
      const store = yield* ResultStore
      const [image] = yield* store.submit([
        { reference: { filename: "torn.jpg", path: "/nowhere/torn.jpg" }, services: [ocr, serviceId("clip")] }
      ])
      const { imageId } = image!
      yield* store.record([{ imageId, service: ocr, outcome: failed("refused"), workerId: "worker" }])
      yield* Archives.derive(imageId)
      yield* Operate.begin({ kind: "rerun", services: [ocr] }, "Ada")
      yield* (yield* MessageBroker).publish([{ queue: "queue_clip", body: "no job" }])
    })
  ),
  Browsers.layer
).pipe(Layer.provideMerge(DashboardPipeline.layer({ behavior: { latency: 0 } })))

/** What is there when a page has been drawn. */
const pages: Readonly<Record<string, string>> = {
  "": "[data-attention=ocr]",
  images: ".tile image",
  "images?label=nothing": ".empty",
  "images/4": ".picture .merged",
  "images/4?panes=detectors&layer=yolov8": ".picture .detection",
  "images/5": "[data-failed=ocr]",
  add: ".files",
  failures: ".failures",
  "dead-letters": "[data-letter]",
  operations: "[data-operation]",
  statistics: ".tile image",
  workers: ".worker tbody tr",
  "images/999": ".problem",
  nowhere: "h1"
}

layer(pipeline, { excludeTestServices: true, timeout: "60 seconds" })("the dashboard", (it) => {
  for (const colorScheme of ["light", "dark"] as const) {
    it.effect(
      `has nothing that axe finds, in the ${colorScheme} theme`,
      () =>
        Effect.gen(function* () {
          const { goTo, page } = yield* Browsers.open("", { colorScheme, bypassCSP: true })
          const found: Record<string, ReadonlyArray<string>> = {}
          for (const [route, sign] of Object.entries(pages)) {
            yield* goTo(route)
            yield* Effect.promise(() => page.locator(sign).first().waitFor())
            found[route] = yield* Axe.complaints(page)
          }
          assert.deepStrictEqual(
            Object.entries(found).filter(([, list]) => list.length > 0),
            []
          )
        }).pipe(Effect.scoped),
      120_000
    )
  }

  it.effect("has a title for each page, a way past the navigation, and keys that ? lists", () =>
    Effect.gen(function* () {
      const { page } = yield* Browsers.open("")
      yield* Effect.promise(async () => {
        await page.locator("[data-step=ocr]").waitFor()
        assert.strictEqual(await page.title(), "Overview · Windmill")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        assert.strictEqual(await page.evaluate("document.activeElement.id"), "main")
        await page.keyboard.press("?")
        await page.getByRole("dialog", { name: "Keys" }).getByText("Dead letters").waitFor()
        await page.keyboard.press("Escape")
        await page.getByRole("dialog").waitFor({ state: "detached" })
        await page.keyboard.press("g")
        await page.keyboard.press("i")
        await page.getByRole("heading", { name: "Images", level: 1 }).waitFor()
        assert.strictEqual(await page.title(), "Images · Windmill")
        // What is typed is text.
        await page.getByRole("searchbox", { name: "Label" }).fill("")
        await page.getByRole("searchbox", { name: "Label" }).pressSequentially("g?")
        assert.strictEqual(await page.getByRole("dialog").count(), 0)
      })
    }).pipe(Effect.scoped)
  )

  it.effect("says whose answers are simulated, and what is not asked", () =>
    Effect.gen(function* () {
      const { goTo, page } = yield* Browsers.open("images/4")
      const line = page.locator(".simulated")
      yield* Effect.promise(async () => {
        await line.getByText(/The answers of .*yolov8.* are simulated/).waitFor()
        assert.notInclude(await line.textContent(), "metadata")
      })
      yield* goTo("")
      yield* Effect.promise(async () => {
        await line.getByText(/The answers of .*yolov8.* are simulated/).waitFor()
        await page.getByText("Not asked: captions: install Ollama").waitFor()
      })
    }).pipe(Effect.scoped)
  )

  it.effect("shows why a service failed, what it replied, and asks it again", () =>
    Effect.gen(function* () {
      const { page } = yield* Browsers.open("images/5")
      const failure = page.locator("[data-failed=ocr]")
      yield* Effect.promise(async () => {
        await failure.getByText("It is refused").waitFor()
        await failure.getByRole("button", { name: "Retry ocr" }).click()
        await failure.getByText("It is refused").waitFor({ state: "detached" })
      })
    }).pipe(Effect.scoped)
  )
})
