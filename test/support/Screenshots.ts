/** Pictures of the dashboard over a running pipeline, for the documentation. */
import { Effect, Layer, Schedule } from "effect"
import { join } from "node:path"
import type { Page } from "playwright-core"
import type { BoxSummary } from "../../src/domain/archive/Image.ts"
import { Progress } from "../../src/services/Progress.ts"
import { ServiceSwitch } from "../../src/services/ServiceSwitch.ts"
import * as ApiServers from "./ApiServers.ts"
import * as Browsers from "./Browsers.ts"
import * as DashboardPipeline from "./DashboardPipeline.ts"
import { serviceId } from "./Facts.ts"

/** Two services that have bad days, and one that is slow. */
const farm = {
  services: {
    ocr: { error: 0.2, errorStatuses: [400] },
    clip: { garbage: 0.1 },
    ollama: { latency: 2 }
  }
}

const desktop = { width: 1280, height: 860 }
const phone = { width: 390, height: 844 }

/** A picture of a page once `ready` is there and `act` was done. */
const shoot = Effect.fnUntraced(function* (
  file: string,
  route: string,
  options: Browsers.PageOptions & { readonly ready: string; readonly act?: (page: Page) => Promise<void> }
) {
  const { page } = yield* Browsers.open(route, options)
  yield* Effect.promise(async () => {
    await page.locator(options.ready).first().waitFor()
    await options.act?.(page)
    await page.waitForTimeout(1000)
    await page.screenshot({ path: file })
  })
}, Effect.scoped)

const untilSomeAreDone = (count: number) =>
  Effect.gen(function* () {
    const { done } = yield* (yield* Progress).counts({ _tag: "All" })
    if (done < count) return yield* Effect.fail("not yet")
  }).pipe(Effect.retry({ schedule: Schedule.spaced("200 millis"), times: 100 }))

/** Writes the pictures into a folder. */
export const take = (folder: string): Promise<void> =>
  Effect.gen(function* () {
    const inFolder = (name: string) => join(folder, `dashboard-${name}.png`)
    yield* DashboardPipeline.submitSamples(24, "holiday")
    yield* Effect.sleep("4 seconds")
    yield* (yield* ServiceSwitch).pause({ step: serviceId("blip"), by: "Ada", reason: "loading a new model" })
    yield* untilSomeAreDone(5)
    const patiently = (page: Page) => page.waitForTimeout(3000)
    yield* shoot(inFolder("overview"), "", { ...desktop, ready: "[data-step=yolov8]", act: patiently })
    yield* shoot(inFolder("workers"), "workers", { ...desktop, colorScheme: "dark", ready: ".worker" })
    yield* (yield* ServiceSwitch).resume(serviceId("blip"))
    yield* DashboardPipeline.untilDone

    const api = yield* ApiServers.client
    const { images } = yield* api.images.search({ query: {} })
    const family = images.find(({ filename }) => filename.includes("family"))!
    const [confirmed, tentative] = (["confirmed", "tentative"] as const).map((wanted) =>
      family.boxes.find(({ concept, status }) => concept === "person" && status === wanted)!
    )
    const choosing = (box: BoxSummary) => ({
      ready: ".merged",
      act: async (page: Page) => {
        await page.getByRole("checkbox", { name: "yolov8" }).check()
        await page.locator(`.merged[data-box="${box.id}"]`).focus()
        await page.keyboard.press("Enter")
        await page.evaluate("scrollTo(0, 0)")
      }
    })
    yield* shoot(inFolder("images"), "images", { ...desktop, ready: ".tile image" })
    yield* shoot(inFolder("image"), `images/${family.id}?on=outvoted`, {
      ...desktop,
      colorScheme: "dark",
      ...choosing(tentative!)
    })
    yield* shoot(inFolder("failures"), "failures", { ...desktop, ready: ".failures" })
    yield* shoot(inFolder("phone"), `images/${family.id}`, { ...phone, colorScheme: "dark", ...choosing(confirmed!) })
  }).pipe(
    Effect.provide(Browsers.layer.pipe(Layer.provideMerge(DashboardPipeline.layer(farm)))),
    Effect.scoped,
    Effect.runPromise
  )
