import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as ApiServers from "../support/ApiServers.ts"
import * as Browsers from "../support/Browsers.ts"
import * as DashboardPipeline from "../support/DashboardPipeline.ts"

const guarded = Layer.merge(DashboardPipeline.dashboard, Browsers.layer).pipe(
  Layer.provideMerge(ApiServers.layer({ token: "open sesame" }))
)

layer(guarded, { excludeTestServices: true, timeout: "60 seconds" })("the dashboard of an API with a token", (it) => {
  it.effect("asks for the token, once", () =>
    Effect.gen(function* () {
      const { page } = yield* Browsers.open("")
      yield* Effect.promise(async () => {
        const token = page.getByLabel("API token")
        await token.fill("open barley")
        await page.keyboard.press("Enter")
        await page.getByRole("alert").getByText("This is not the API token").waitFor()
        await token.fill("open sesame")
        await page.keyboard.press("Enter")
        await page.locator("[data-step=yolov8]").waitFor()
        await page.reload()
        await page.locator("[data-step=yolov8]").waitFor()
        assert.strictEqual(await token.count(), 0)
      })
    }).pipe(Effect.scoped)
  )
})
