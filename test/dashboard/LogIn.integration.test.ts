import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as ApiServers from "../support/ApiServers.ts"
import * as Browsers from "../support/Browsers.ts"
import * as DashboardPipeline from "../support/DashboardPipeline.ts"

const guarded = Layer.merge(DashboardPipeline.dashboard, Browsers.layer).pipe(
  Layer.provideMerge(ApiServers.layer({ token: "open sesame, please" }))
)

layer(guarded, { excludeTestServices: true, timeout: "60 seconds" })("the dashboard of an API with a token", (it) => {
  it.effect("asks for the token, once, and again after one has logged out", () =>
    Effect.gen(function* () {
      const { page } = yield* Browsers.open("")
      yield* Effect.promise(async () => {
        const token = page.getByLabel("API token")
        await token.fill("open barley")
        await page.keyboard.press("Enter")
        await page.getByRole("alert").getByText("This is not the API token").waitFor()
        await token.fill("open sesame, please")
        await page.keyboard.press("Enter")
        await page.locator("[data-step=yolov8]").waitFor()
        await page.reload()
        await page.locator("[data-step=yolov8]").waitFor()
        assert.strictEqual(await token.count(), 0)
        await page.getByRole("button", { name: "Log out" }).click()
        await token.waitFor()
        await page.reload()
        await token.waitFor()
      })
    }).pipe(Effect.scoped)
  )
})
