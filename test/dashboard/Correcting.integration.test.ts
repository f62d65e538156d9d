/** Correcting boxes in a real browser, by pointer and by keys. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as NodeFs from "node:fs/promises"
import sharp from "sharp"
import type { ImageId } from "../../src/domain/Identifiers.ts"
import { ResultStore } from "../../src/services/ResultStore.ts"
import * as ApiServers from "../support/ApiServers.ts"
import * as Archives from "../support/Archives.ts"
import * as Axe from "../support/Axe.ts"
import * as Browsers from "../support/Browsers.ts"
import * as DashboardPipeline from "../support/DashboardPipeline.ts"
import { object, said, serviceId } from "../support/Facts.ts"

const environment = (variables: Readonly<Record<string, string>>) =>
  Layer.mergeAll(DashboardPipeline.dashboard, Browsers.layer).pipe(
    Layer.provideMerge(ApiServers.layer({ environment: variables }))
  )

const inPage = <A>(act: () => Promise<A>) => Effect.promise(act)

/** An image of 640 × 480 pixels in which two detectors saw a dog, and one a cat. */
const pictured = Effect.fnUntraced(function* (name: string) {
  const store = yield* ResultStore
  const { uploads } = yield* ApiServers.Folders
  const path = `${uploads}/${name}.png`
  yield* inPage(async () => {
    await NodeFs.mkdir(uploads, { recursive: true })
    await sharp({ create: { width: 640, height: 480, channels: 3, background: "#668899" } })
      .png()
      .toFile(path)
  })
  const dog = object("dog", [40, 60, 200, 160], 0.9)
  const answers = {
    yolov8: said(dog, object("cat", [400, 200, 120, 120], 0.4)),
    rtdetr: said(dog),
    metadata: said({ dimensions: { width: 640, height: 480 } })
  }
  const [image] = yield* store.submit([
    { reference: { filename: `${name}.png`, path }, services: Object.keys(answers).map(serviceId) }
  ])
  const { imageId } = image!
  yield* store.record(
    Object.entries(answers).map(([service, outcome]) => ({
      imageId,
      service: serviceId(service),
      outcome,
      workerId: "worker"
    }))
  )
  yield* Archives.derive(imageId)
  return imageId
})

const boxesOf = (id: ImageId) =>
  Effect.gen(function* () {
    const api = yield* ApiServers.client
    const { boxes } = yield* api.images.get({ params: { id } })
    return boxes.map(({ box, concept, correction }) =>
      [concept, box.x, box.y, box.width, box.height, correction?.kind, correction?.by].join(" ").trim()
    )
  })

layer(environment({ CORRECTIONS: "on" }), { excludeTestServices: true, timeout: "90 seconds" })("correcting", (it) => {
  it.effect(
    "confirms, rejects, relabels and undoes by keys, by the name of a person",
    () =>
      Effect.gen(function* () {
        const id = yield* pictured("keys")
        const { complaints, page } = yield* Browsers.open(`images/${id}`)
        const status = page.locator(".correcting [role=status]")
        const press = (key: string) => page.keyboard.press(key)
        yield* inPage(async () => {
          await page.locator(".merged").first().waitFor()
          await press("e")
          await page.locator("[data-box^=cat]").focus()
          await press("x")
          await status.getByText("Say first who corrects.").waitFor()
          await page.locator("[name=person]").fill("Ada Lovelace")
          await page.locator("[data-box^=cat]").focus()
          await press("x")
          await status.getByText("Recorded: reject cat").waitFor()
          await page.locator("[data-box^=cat]").waitFor({ state: "detached" })
          await page.locator("[data-box^=dog]").focus()
          await press("c")
          await status.getByText("Recorded: confirm dog").waitFor()
        })
        assert.deepStrictEqual(yield* boxesOf(id), ["dog 40 60 200 160 confirm Ada Lovelace"])
        yield* inPage(async () => {
          await page.locator("[data-box^=dog]").focus()
          await press("l")
          const label = page.locator("dialog [name=label]")
          await label.fill("?!")
          await press("Enter")
          await page.getByText("A label has a letter or a digit.").waitFor()
          await label.fill("wolf")
          await press("Enter")
          await status.getByText("Recorded: relabel dog to wolf").waitFor()
          // What the page computes and what the API answers are the same.
          await page.locator("[data-compared=same]").waitFor()
        })
        assert.deepStrictEqual(yield* boxesOf(id), ["wolf 40 60 200 160 relabel Ada Lovelace"])
        yield* inPage(async () => {
          for (const what of ["relabel dog to wolf", "confirm dog", "reject cat"]) {
            await press("z")
            await status.getByText(`Undone: ${what}`).waitFor()
          }
          await page.locator("[data-box^=cat]").waitFor()
          await press("z")
          await status.getByText("There is nothing to undo.").waitFor()
        })
        assert.deepStrictEqual(yield* boxesOf(id), ["dog 40 60 200 160", "cat 400 200 120 120"])
        yield* inPage(async () => {
          await press("?")
          await page.locator("dialog dl").getByText("Undo the last correction").waitFor()
          await press("Escape")
        })
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.scoped),
    60_000
  )

  it.effect(
    "moves, resizes and adds boxes by arrow keys, and leaves them by Escape",
    () =>
      Effect.gen(function* () {
        const id = yield* pictured("arrows")
        const { complaints, page } = yield* Browsers.open(`images/${id}`)
        const status = page.locator(".correcting [role=status]")
        const draft = page.locator("[data-draft]")
        const place = async () => (await draft.getAttribute("data-draft"))!.split(",").map(Number)
        const press = (key: string) => page.keyboard.press(key)
        const moved = yield* inPage(async () => {
          await page.locator(".merged").first().waitFor()
          await press("e")
          await page.locator("[name=person]").fill("Ada")
          await page.locator("[data-box^=dog]").focus()
          await press("m")
          await draft.waitFor()
          assert.deepStrictEqual(await place(), [40, 60, 200, 160])
          await press("ArrowRight")
          await press("ArrowDown")
          await press("Shift+ArrowLeft")
          const [x, y, width, height] = await place()
          assert.isTrue(x! > 40 && y! > 60 && width! < 200 && height === 160)
          await press("Enter")
          await status.getByText("Recorded: move dog").waitFor()
          return [x, y, width, height].join(" ")
        })
        assert.deepStrictEqual(yield* boxesOf(id), [`dog ${moved} move Ada`, "cat 400 200 120 120"])
        yield* inPage(async () => {
          await press("a")
          await draft.waitFor()
          await press("Escape")
          await draft.waitFor({ state: "detached" })
          await press("a")
          await draft.waitFor()
          await press("Enter")
          await page.locator("dialog [name=label]").fill("puppy")
          await press("Enter")
          await status.getByText("Recorded: add puppy").waitFor()
        })
        const [, added] = yield* boxesOf(id)
        assert.match(added!, /^dog 213 160 21[34] 160 add Ada$/)
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.scoped),
    60_000
  )

  it.effect(
    "draws and moves boxes with the pointer, and needs no more of it than that",
    () =>
      Effect.gen(function* () {
        const id = yield* pictured("pointer")
        const { complaints, page } = yield* Browsers.open(`images/${id}`)
        const status = page.locator(".correcting [role=status]")
        const draft = page.locator("[data-draft]")
        const drag = async (from: readonly [number, number], to: readonly [number, number]) => {
          const { height, width, x, y } = (await page.locator(".picture > svg").boundingBox())!
          const at = ([px, py]: readonly [number, number]) => [x + (px * width) / 640, y + (py * height) / 480] as const
          await page.mouse.move(...at(from))
          await page.mouse.down()
          await page.mouse.move(...at([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]))
          await page.mouse.move(...at(to))
          await page.mouse.up()
        }
        yield* inPage(async () => {
          await page.locator(".merged").first().waitFor()
          await page.getByLabel("correct boxes").check()
          await page.locator("[name=person]").fill("Ada")
          await page.getByRole("button", { name: "Add" }).click()
          await draft.waitFor()
          await page.locator(".picture > svg").scrollIntoViewIfNeeded()
          await drag([500, 20], [600, 120])
          await page.getByRole("button", { name: "Save the box" }).click()
          await page.locator("dialog [name=label]").fill("bird")
          await page.getByRole("button", { name: "Save", exact: true }).click()
          await status.getByText("Recorded: add bird").waitFor()
        })
        const near = (line: string, numbers: ReadonlyArray<number>) => {
          const found = line.match(/\d+/g)!.slice(0, 4).map(Number)
          for (const [i, number] of numbers.entries()) assert.approximately(found[i]!, number, 2, line)
        }
        const [bird] = yield* boxesOf(id)
        assert.match(bird!, /^bird .* add Ada$/)
        near(bird!, [500, 20, 100, 100])
        yield* inPage(async () => {
          await page.locator(".box-list button", { hasText: "cat" }).click()
          await page.getByRole("button", { name: "Move" }).click()
          await draft.waitFor()
          await page.locator(".picture > svg").scrollIntoViewIfNeeded()
          await drag([460, 260], [360, 160])
          const corner = (await page.locator("[data-corner=se]").boundingBox())!
          assert.isAtLeast(Math.min(corner.width, corner.height), 24)
          await drag([420, 220], [440, 300])
          await page.getByRole("button", { name: "Save the box" }).click()
          await status.getByText("Recorded: move cat").waitFor()
        })
        const moved = (yield* boxesOf(id)).find((line) => line.startsWith("cat"))!
        assert.match(moved, / move Ada$/)
        near(moved, [300, 100, 140, 200])
        assert.strictEqual(
          yield* inPage(async () => (await page.locator(".picture > svg").getAttribute("data-zoom"))!),
          "1.00"
        )
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.scoped),
    60_000
  )

  for (const colorScheme of ["light", "dark"] as const) {
    it.effect(
      `has nothing that axe finds, and large targets, in the ${colorScheme} theme`,
      () =>
        Effect.gen(function* () {
          const id = yield* pictured(`axe-${colorScheme}`)
          const { page } = yield* Browsers.open(`images/${id}`, { colorScheme, bypassCSP: true })
          yield* inPage(async () => {
            await page.locator(".merged").first().waitFor()
            await page.keyboard.press("e")
            await page.locator("[name=person]").fill("Ada")
            await page.locator("[data-box^=dog]").focus()
            await page.keyboard.press("c")
            await page.locator("[data-correction]").waitFor()
            const sizes = await page
              .locator(".correcting button, .correcting input:not([type=checkbox])")
              .evaluateAll((targets) =>
                targets.map((target) => {
                  const { height, width } = target.getBoundingClientRect()
                  return Math.min(height, width)
                })
              )
            assert.isAtLeast(Math.min(...sizes), 24)
          })
          assert.deepStrictEqual(yield* Axe.complaints(page), [])
          yield* inPage(async () => {
            await page.keyboard.press("a")
            await page.locator("[data-draft]").waitFor()
          })
          assert.deepStrictEqual(yield* Axe.complaints(page), [])
          yield* inPage(async () => {
            await page.keyboard.press("Enter")
            await page.locator("dialog [name=label]").waitFor()
          })
          assert.deepStrictEqual(yield* Axe.complaints(page), [])
        }).pipe(Effect.scoped),
      60_000
    )
  }
})

layer(environment({}), { excludeTestServices: true, timeout: "90 seconds" })("the page of an image", (it) => {
  it.effect("has nothing to correct with until it is switched on", () =>
    Effect.gen(function* () {
      const id = yield* pictured("off")
      const { page } = yield* Browsers.open(`images/${id}`)
      yield* inPage(async () => {
        await page.locator(".merged").first().waitFor()
        await page.keyboard.press("e")
        assert.strictEqual(await page.locator(".correcting").count(), 0)
      })
    }).pipe(Effect.scoped)
  )
})
