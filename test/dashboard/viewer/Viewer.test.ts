import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { Page } from "playwright-core"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import * as Browsers from "../../support/Browsers.ts"
import { factsOf, object, said, serviceId } from "../../support/Facts.ts"
import { beachFacts, findingsOf, imageOf } from "../../support/Records.ts"
import * as Reports from "../../support/Reports.ts"
import { runOf } from "../../support/Runs.ts"

/** Something in a page that promises do. */
const inPage = <A>(act: () => Promise<A>) => Effect.promise(act)

const run = runOf({ images: [findingsOf(beachFacts)] })

const beaches = [1, 2, 3].map((id) => Reports.reportImage(imageOf(beachFacts, `beach-0${id}.jpg`, id)))

/** The report on three images, with the page of one open. */
const openBeach = (route: string, options: Browsers.PageOptions = {}) =>
  Effect.gen(function* () {
    const opened = yield* Browsers.openFile(yield* Reports.write("viewer.html", run, beaches), options)
    yield* opened.goTo(route)
    yield* inPage(() => opened.page.locator(".picture .merged, .tile image").first().waitFor())
    return opened
  })

const picture = (page: Page) => page.locator(".picture > svg").first()

const viewBox = async (page: Page) => (await picture(page).getAttribute("viewBox"))!.split(" ").map(Number)

const untilZoom = (page: Page, zoom: string) => page.locator(`.picture > svg[data-zoom="${zoom}"]`).first().waitFor()

const untilHash = (page: Page, part: RegExp) => page.waitForURL((url) => part.test(decodeURIComponent(url.hash)))

/** Detectors enough for a crowd, each of a thing of its own: of each the thousand most confident detections count. */
const things = ["person", "dog", "car", "bird", "horse"]
const crowded: ServiceCatalog.ServiceCatalog = things.map((thing) => ({
  ...ServiceCatalog.standard.find(({ id }) => id === "yolov8")!,
  id: serviceId(`${thing}_finder`),
  vocabulary: [thing]
}))

/** Five thousand boxes of 7 x 6 pixels side by side. */
const crowd = factsOf(
  Object.fromEntries(
    things.map((thing, row) => [
      `${thing}_finder`,
      said(
        ...Array.from({ length: 1000 }, (_, i) =>
          object(thing, [(i % 100) * 8, (row * 10 + Math.floor(i / 100)) * 12, 7, 6], 0.95)
        )
      )
    ])
  )
)

layer(Layer.merge(Reports.layer, Browsers.layer), { excludeTestServices: true, timeout: "60 seconds" })(
  "the viewer",
  (it) => {
    it.effect("enlarges at the pointer, moves by dragging, and by keys", () =>
      Effect.gen(function* () {
        const { page } = yield* openBeach("images/1")
        yield* inPage(async () => {
          assert.deepStrictEqual(await viewBox(page), [0, 0, 800, 600])
          const frame = (await picture(page).boundingBox())!
          const at = { x: frame.x + frame.width * 0.25, y: frame.y + frame.height * 0.5 }
          await page.mouse.move(at.x, at.y)
          await page.mouse.wheel(0, -600)
          await page.locator(".picture > svg.enlarged").waitFor()
          const [x, y, width, height] = await viewBox(page)
          assert.isBelow(width!, 500)
          // What is under the pointer stays there.
          assert.closeTo(x! + width! * 0.25, 200, 2)
          assert.closeTo(y! + height! * 0.5, 300, 2)

          await page.mouse.down()
          await page.mouse.move(at.x + 40, at.y + 10, { steps: 4 })
          await page.mouse.up()
          const dragged = await viewBox(page)
          assert.closeTo(dragged[0]!, x! - (40 * width!) / frame.width, 1)
          assert.strictEqual(await page.locator(".details .badge").count(), 0, "a drag chooses no box")

          await page.keyboard.press("Shift+ArrowRight")
          assert.isAbove((await viewBox(page))[0]!, dragged[0]!)
          await page.keyboard.press("0")
          assert.deepStrictEqual(await viewBox(page), [0, 0, 800, 600])
          await page.keyboard.press("+")
          await untilZoom(page, "1.50")
          await page.keyboard.press("-")
          await untilZoom(page, "1.00")
          // The page scrolls where there is nothing to move.
          await page.mouse.wheel(0, 300)
          await page.evaluate(`new Promise((resolve) => {
            const look = () => (scrollY > 0 ? resolve() : requestAnimationFrame(look))
            look()
          })`)
          await untilZoom(page, "1.00")
        })
      }).pipe(Effect.scoped)
    )

    it.effect("enlarges by a pinch of two fingers", () =>
      Effect.gen(function* () {
        const { page } = yield* openBeach("images/1", { width: 390, height: 844 })
        yield* inPage(async () => {
          const frame = (await picture(page).boundingBox())!
          const [x, y] = [frame.x + frame.width / 2, frame.y + frame.height / 2]
          const touches = await page.context().newCDPSession(page)
          const touch = (type: string, apart: number) =>
            touches.send("Input.dispatchTouchEvent", {
              type: type as "touchStart",
              touchPoints: type === "touchEnd" ? [] : [-1, 1].map((side, id) => ({ x: x + side * apart, y, id }))
            })
          await touch("touchStart", 30)
          for (const apart of [40, 50, 60]) await touch("touchMove", apart)
          await touch("touchEnd", 0)
          await untilZoom(page, "2.00")
        })
      }).pipe(Effect.scoped)
    )

    it.effect("shows each detector, and two strategies, side by side, all at the same place", () =>
      Effect.gen(function* () {
        const { page } = yield* openBeach("images/1")
        yield* inPage(async () => {
          const titles = () =>
            page.locator("[data-pane]").evaluateAll((all) => all.map((one) => one.getAttribute("data-pane")))
          await page.getByLabel("Panes").selectOption("detectors")
          await page.locator("[data-pane=rtdetr] .detection").nth(2).waitFor()
          assert.deepStrictEqual(await titles(), ["harmonized", "detectron2", "rtdetr", "yolov8"])
          assert.include(await page.locator("[data-pane=rtdetr] .labels").textContent(), "person 0.95")
          await page.keyboard.press("+")
          await untilZoom(page, "1.50")
          const places = await page
            .locator(".picture > svg")
            .evaluateAll((all) => all.map((one) => one.getAttribute("viewBox")))
          assert.strictEqual(new Set(places).size, 1)

          await page.getByLabel("Panes").selectOption("strategies")
          await page.locator("[data-pane=wbf]").waitFor()
          await page.getByLabel("Beside it").selectOption("unanimous")
          await page.locator("[data-pane=unanimous]").waitFor()
          await page.getByRole("checkbox", { name: "outvoted" }).check()
          await page.locator("[data-pane=quorum] .merged.tentative").waitFor()
          await untilHash(page, /panes=strategies.*other=\{"name":"unanimous"/)
        })
      }).pipe(Effect.scoped)
    )

    it.effect("hides by label, and what all agree on", () =>
      Effect.gen(function* () {
        const { page } = yield* openBeach("images/1")
        yield* inPage(async () => {
          const shown = () =>
            page.locator(".merged").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")).sort())
          await page.locator(".concepts").getByRole("checkbox", { name: "horse" }).uncheck()
          await page.locator(".merged", { hasText: /./ }).first().waitFor({ state: "detached" })
          assert.lengthOf(
            (await shown()).filter((name) => name.startsWith("horse")),
            0
          )
          await page.getByRole("button", { name: "Show all labels" }).click()
          await page.keyboard.press("d")
          await page.getByLabel("only disagreements").and(page.locator(":checked")).waitFor()
          assert.deepStrictEqual(await shown(), ["bird, tentative, evidence 0.31"])
          await page.keyboard.press("d")
          await page.getByRole("button", { name: "only person" }).click()
          assert.deepStrictEqual(await shown(), ["person, confirmed, evidence 0.99"])
          await page.keyboard.press("n")
          assert.strictEqual(await page.locator(".label").count(), 0)
          await page.locator(".merged").focus()
          assert.include(await page.locator(".label").textContent(), "person")
        })
      }).pipe(Effect.scoped)
    )

    it.effect("keeps the view in the address, and most of it from image to image", () =>
      Effect.gen(function* () {
        const { page } = yield* openBeach("")
        yield* inPage(async () => {
          await page.getByRole("link", { name: /beach-01/ }).click()
          await page.getByRole("checkbox", { name: "rtdetr" }).check()
          await page.keyboard.press("+")
          await page.locator(".box-list button", { hasText: "bird" }).click()
          await untilHash(page, /layer=rtdetr.*at=1.5.*box=bird/)
          await page.reload()
          await untilZoom(page, "1.50")
          await page.locator("[data-member=rtdetr]").waitFor()
          assert.isTrue(await page.getByRole("checkbox", { name: "rtdetr" }).isChecked())

          await page.keyboard.press("ArrowRight")
          await page.getByRole("heading", { name: "beach-02.jpg" }).waitFor()
          await untilZoom(page, "1.00")
          assert.isTrue(await page.getByRole("checkbox", { name: "rtdetr" }).isChecked())
          await page.getByText("2 of 3").waitFor()
          await page.keyboard.press("ArrowRight")
          await page.keyboard.press("ArrowRight")
          await page.getByRole("heading", { name: "beach-03.jpg" }).waitFor()
          await page.keyboard.press("ArrowLeft")
          await page.getByRole("heading", { name: "beach-02.jpg" }).waitFor()
          // Back is the list, not the image before.
          await page.goBack()
          await page.locator(".tile").first().waitFor()
        })
      }).pipe(Effect.scoped)
    )

    it.effect("knows all answers about each image, however many there were about the one before", () =>
      Effect.gen(function* () {
        const seen = { yolov8: said(object("dog", [10, 20, 300, 200], 0.9)) }
        const few = imageOf(factsOf(seen), "few.jpg", 1)
        const many = imageOf(factsOf({ ...seen, rtdetr: said(object("dog", [12, 22, 300, 200], 0.9)) }), "many.jpg", 2)
        const file = yield* Reports.write("answers.html", run, [few, many].map(Reports.reportImage))
        const { goTo, page } = yield* Browsers.openFile(file)
        yield* goTo("images/1")
        yield* inPage(async () => {
          await page.getByText(/^1 of 1 answer /).waitFor()
          await page.keyboard.press("ArrowRight")
          await page.getByRole("heading", { name: "many.jpg" }).waitFor()
          await page.getByText(/^2 of 2 answers /).waitFor()
          await page.keyboard.press("ArrowLeft")
          await page.getByText(/^1 of 1 answer /).waitFor()
        })
      }).pipe(Effect.scoped)
    )

    it.effect("fills the screen, from image to image", () =>
      Effect.gen(function* () {
        const { page } = yield* openBeach("images/1")
        yield* inPage(async () => {
          await page.keyboard.press("f")
          await page.locator(".viewer.full").waitFor()
          await page.keyboard.press("ArrowRight")
          await page.getByRole("heading", { name: "beach-02.jpg" }).waitFor({ state: "attached" })
          assert.isTrue(await page.evaluate<boolean>("document.fullscreenElement !== null"))
          await page.keyboard.press("?")
          await page.getByRole("dialog", { name: "Keys" }).getByText("Only disagreements").waitFor()
          await page.keyboard.press("Escape")
        })
      }).pipe(Effect.scoped)
    )

    it.effect("shows five thousand boxes, and moves on them smoothly", () =>
      Effect.gen(function* () {
        const image = Reports.reportImage(imageOf(crowd, "crowd.jpg"))
        const file = yield* Reports.write("crowd.html", run, [image], crowded)
        const { goTo, page } = yield* Browsers.openFile(file)
        yield* goTo("images/1")
        yield* inPage(async () => {
          await page.locator(".crowd .box").first().waitFor()
          await page.getByRole("group", { name: /with 5000 boxes/ }).waitFor()
          assert.isBelow(await page.locator("#app *").count(), 5000)
          const frame = (await picture(page).boundingBox())!
          await page.mouse.move(frame.x + frame.width * 0.305, frame.y + frame.height * 0.103)
          await page.locator(".merged.active").waitFor()
          assert.strictEqual(await page.locator(".label").count(), 1)
          await page.mouse.move(0, 0)
          const session = await page.context().newCDPSession(page)
          // Time of the processor, which other programs of the machine do not add to.
          await session.send("Performance.enable", { timeDomain: "threadTicks" })
          const busy = async () => {
            const { metrics } = await session.send("Performance.getMetrics")
            return metrics.find(({ name }) => name === "TaskDuration")!.value
          }
          const before = await busy()
          await page.evaluate(`new Promise((resolve) => {
            const svg = document.querySelector(".picture > svg")
            const { left, top, width, height } = svg.getBoundingClientRect()
            let frames = 0
            const next = () => {
              if (++frames === 20) return resolve()
              svg.dispatchEvent(new WheelEvent("wheel", {
                deltaY: frames <= 10 ? -100 : 100, clientX: left + width * 0.4, clientY: top + height * 0.6,
                bubbles: true, cancelable: true
              }))
              requestAnimationFrame(next)
            }
            requestAnimationFrame(next)
          })`)
          const milliseconds = (1000 * ((await busy()) - before)) / 20
          assert.isBelow(milliseconds, 50, "of the page's thread for a frame")
        })
      }).pipe(Effect.scoped)
    )
  }
)
