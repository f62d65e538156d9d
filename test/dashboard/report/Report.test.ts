import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { Page } from "playwright-core"
import type { ImageFacts, Outcome } from "../../../src/domain/Facts.ts"
import type { Run } from "../../../src/programs/views/Run.ts"
import * as Axe from "../../support/Axe.ts"
import * as Browsers from "../../support/Browsers.ts"
import { boxesOf, caption, crop, factsOf, label, object, said, serviceId, text } from "../../support/Facts.ts"
import { beachFacts, colors, findingsOf, imageOf } from "../../support/Records.ts"
import * as Reports from "../../support/Reports.ts"
import { runOf } from "../../support/Runs.ts"

/** Something in a page that promises do. */
const inPage = <A>(act: () => Promise<A>) => Effect.promise(act)

const words = (page: Page, selector: string) => inPage(() => page.locator(selector).allInnerTexts())

const report = (name: string, images: Parameters<typeof Reports.write>[2], run: Partial<Run> = {}) =>
  Reports.write(`${name}.html`, runOf({ images: images.map(() => findingsOf(beachFacts)), ...run }), images)

const beach = (facts: ImageFacts = beachFacts, filename?: string) => Reports.reportImage(imageOf(facts, filename))

/** The same answer of a service that says that it invents. */
const simulated = (outcome: Outcome): Outcome =>
  outcome._tag === "Failure"
    ? outcome
    : { ...outcome, data: { ...(outcome.data as object), metadata: { model_info: { simulated: true } } } }

/** The same answer of a service that names its model. */
const modeled = (model: string, outcome: Outcome): Outcome =>
  outcome._tag === "Failure"
    ? outcome
    : {
        ...outcome,
        data: { ...(outcome.data as object), metadata: { model_info: { model, version: "p@1", license: "MIT" } } }
      }

/** The report on the image of the beach, with the page of the image open. */
const openBeach = Effect.gen(function* () {
  const opened = yield* Browsers.openFile(yield* report("beach", [beach()]))
  yield* opened.goTo("images/1")
  yield* inPage(() => opened.page.locator(".picture .merged").first().waitFor())
  return opened
})

layer(Layer.merge(Reports.layer, Browsers.layer), { excludeTestServices: true, timeout: "60 seconds" })(
  "the report",
  (it) => {
    it.effect("says how the run went, service by service, and lists the images", () =>
      Effect.gen(function* () {
        const file = yield* report("run", [beach()], { unusable: [{ image: "a.gif", detail: "is empty" }] })
        const { page } = yield* Browsers.openFile(file)
        yield* inPage(() => page.locator(".tile image").waitFor())
        assert.deepStrictEqual(
          (yield* words(page, ".figure")).map((figure) => figure.replace(/\s+/g, " ")),
          [
            "3 / 4 images done",
            "12 harmonized boxes",
            "2 concepts agreed on",
            "5 answers, and 2 failures",
            "30 answers about crops",
            "8 s this run, 1 complete before"
          ]
        )
        assert.deepStrictEqual(
          (yield* words(page, ".services li")).map((service) => service.trim().split(/\s+/)),
          [
            ["clip", "3"],
            ["ocr", "2", "2", "failed"]
          ]
        )
        assert.deepStrictEqual(yield* words(page, ".problems h2, .problems li"), [
          "1 picture left out",
          "a.gif is empty"
        ])
        assert.deepStrictEqual(yield* words(page, ".tile b, .tile .findings span"), [
          "beach-01.jpg",
          "🧑 person",
          "🐴 horse"
        ])
        assert.include(yield* inPage(() => page.locator("footer").innerText()), "3 more images are in the database.")
        assert.include(yield* inPage(() => page.locator("footer").innerText()), "psql windmill")
        assert.strictEqual(yield* inPage(() => page.title()), "Windmill: 4 images")
        yield* inPage(() => page.locator(".tile a").click())
        yield* inPage(() => page.getByRole("heading", { name: "beach-01.jpg" }).waitFor())
      }).pipe(Effect.scoped)
    )

    it.effect("shows the picture with its boxes, and who saw them", () =>
      Effect.gen(function* () {
        const { page } = yield* openBeach
        // What the detectors outvoted is not shown unless it is asked for.
        assert.deepStrictEqual(yield* inPage(() => page.locator(".merged.tentative").count()), 0)
        yield* inPage(() => page.getByRole("checkbox", { name: "outvoted" }).check())
        assert.deepStrictEqual(
          yield* inPage(() =>
            page.locator(".merged").evaluateAll((groups) =>
              groups
                .map((group) => {
                  const box = group.querySelector(".box")!
                  const place = ["x", "y", "width", "height"].map((name) => Number(box.getAttribute(name)))
                  return [group.getAttribute("aria-label")!, ...place]
                })
                .sort()
            )
          ),
          [
            ["bird, tentative, evidence 0.31", 640, 60, 40, 30],
            ["horse, confirmed, evidence 0.99", 350, 199, 302, 262],
            ["person, confirmed, evidence 0.99", 210, 150, 98, 299]
          ]
        )
        const strokes = yield* inPage(() =>
          page.locator(".merged .box").evaluateAll((boxes) => boxes.map((box) => box.getAttribute("stroke")))
        )
        assert.strictEqual(new Set(strokes).size, 3)
        assert.isAbove(yield* inPage(() => page.locator(".picture .face rect").count()), 0)
        assert.isAbove(yield* inPage(() => page.locator(".picture .pose path").count()), 0)

        const layers = (yield* words(page, ".layer")).map((layer) => layer.trim().split(/\s*\n\s*/))
        assert.deepStrictEqual(layers, [
          ["harmonized", "2"],
          ["outvoted", "1"],
          ["detectron2", "2"],
          ["rtdetr", "3"],
          ["yolov8", "2"],
          ["faces and poses", "2"]
        ])
        yield* inPage(() => page.getByRole("checkbox", { name: "rtdetr" }).check())
        assert.strictEqual(yield* inPage(() => page.locator(".detection[data-service=rtdetr]").count()), 3)

        yield* inPage(() => page.locator(".box-list button", { hasText: "bird" }).click())
        const bird = yield* inPage(() => page.locator(".details").innerText())
        assert.include(bird, "outvoted: 1 of 3 services see it")
        assert.include(bird, "tentative evidence")
        assert.include(bird, "rtdetr “bird”")
        assert.deepStrictEqual(
          yield* inPage(() =>
            page
              .locator("[data-dissenter]")
              .evaluateAll((all) => all.map((each) => each.getAttribute("data-dissenter")))
          ),
          ["detectron2", "yolov8"]
        )
        yield* inPage(() => page.getByRole("button", { name: "Show all boxes" }).click())
        yield* inPage(() => page.locator(".box-list button", { hasText: "person" }).click())
        const person = (yield* words(page, "[data-member]")).map((member) => member.replace(/\s+/g, " "))
        assert.deepStrictEqual(
          person.map((member) => member.split(" · ")[0]!),
          ["detectron2 “person” 0.99", "rtdetr “person” 0.95", "yolov8 “person” 0.93"]
        )
      }).pipe(Effect.scoped)
    )

    it.effect("names the models that answered", () =>
      Effect.gen(function* () {
        const dog = said(object("dog", [10, 20, 300, 200], 0.9))
        const facts = factsOf({
          rtdetr: modeled("RT-DETR R18vd", dog),
          yolov8: dog,
          ocr: simulated(modeled("EasyOCR", dog))
        })
        const { goTo, page } = yield* Browsers.openFile(yield* report("models", [beach(facts)]))
        yield* goTo("images/1")
        const models = page.getByRole("region", { name: "Models" })
        yield* inPage(() => models.waitFor())
        assert.deepStrictEqual((yield* inPage(() => models.locator("dl").innerText())).split(/\s*\n\s*/), [
          "rtdetr",
          "RT-DETR R18vd"
        ])
        assert.strictEqual(yield* inPage(() => models.locator("dd").getAttribute("title")), "p@1, MIT")
      }).pipe(Effect.scoped)
    )

    it.effect("says of every candidate who voted and which rule decided", () =>
      Effect.gen(function* () {
        const { page } = yield* openBeach
        yield* inPage(() => page.locator(".consensus summary").click())
        const { consensus } = findingsOf(beachFacts)
        const candidates = [...consensus!.votes.consensus, ...consensus!.votes.tentative]
        assert.isAbove(candidates.length, 5)
        const rows = yield* words(page, ".consensus tbody tr")
        assert.lengthOf(rows, candidates.length)
        for (const [i, candidate] of candidates.entries()) {
          for (const part of [
            candidate.label,
            candidate.finalScore.toFixed(2),
            candidate.rule,
            candidate.reason,
            ...candidate.services,
            ...candidate.dissenters,
            ...candidate.validations.flatMap(({ reason, rule }) => [rule.replaceAll("_", " "), reason])
          ])
            assert.include(rows[i], part)
        }
        assert.include(rows.join("\n"), "face confirmed +")
      }).pipe(Effect.scoped)
    )

    it.effect("shows what crops told, what was found besides, and what failed", () =>
      Effect.gen(function* () {
        const { page } = yield* openBeach
        assert.deepStrictEqual(
          yield* inPage(() =>
            page.locator(".enrichments .palette i").evaluateAll((all) => all.map((each) => each.getAttribute("title")))
          ),
          ["Cadmium (R08) #b5462f", "Night Blue (B99) #2b3a55", "Leather (E39) #7a4a2b"]
        )
        assert.strictEqual(
          yield* inPage(() => page.locator(".enrichments image").first().getAttribute("href")),
          beach().picture!.url
        )
        const besides = yield* inPage(() => page.locator(".remarks").innerText())
        assert.include(besides, "a man leading a horse blip")
        assert.include(besides, "SURF SCHOOL")
        assert.strictEqual(yield* inPage(() => page.locator(".remarks .palette i").count()), 3)
        assert.deepStrictEqual(yield* words(page, ".problems li"), [
          "ollama unavailable It is unavailable",
          "face on horse refused It is refused"
        ])
        assert.strictEqual(yield* inPage(() => page.locator("[data-compared]").getAttribute("data-compared")), "same")
      }).pipe(Effect.scoped)
    )

    it.effect("counts somebody once whose pose is told of the image and of a crop", () =>
      Effect.gen(function* () {
        const person = said(object("person", [200, 100, 200, 400], 0.9))
        const [box] = boxesOf(factsOf({ rtdetr: person, yolov8: person }))
        const standing = [
          ["nose", 0.5, 0.12],
          ["left_hip", 0.6, 0.55],
          ["right_ankle", 0.36, 0.95]
        ] as const
        const landmarks = (at: (x: number, y: number) => readonly [x: number, y: number]) =>
          Object.fromEntries(
            standing.map(([name, left, top]) => {
              const [x, y] = at(left, top)
              return [name, { x, y, z: 0, visibility: 0.9 }]
            })
          )
        const ofImage = said({ landmarks: landmarks((x, y) => [(200 + 200 * x) / 800, (100 + 400 * y) / 600]) })
        const ofCrop = said({ landmarks: landmarks((x, y) => [x, y]) })
        const facts = factsOf({ rtdetr: person, yolov8: person, pose: ofImage }, [crop(box!, "pose", ofCrop)])
        const { goTo, page } = yield* Browsers.openFile(yield* report("pose", [beach(facts)]))
        yield* goTo("images/1")
        yield* inPage(() => page.locator(".picture .merged").first().waitFor())
        assert.include(yield* inPage(() => page.locator(".remarks").innerText()), "Poses: 1")
      }).pipe(Effect.scoped)
    )

    it.effect("says what is missing: answers, a consensus, the picture", () =>
      Effect.gen(function* () {
        const { picture: _, ...rest } = beach({
          ...beachFacts,
          requested: [...beachFacts.requested, serviceId("metadata")]
        })
        const { consensus: __, ...image } = rest.image
        const file = yield* report("missing", [{ ...rest, image }], {
          undrawn: [{ image: "beach-01.jpg", detail: "the picture cannot be read: it is gone" }]
        })
        const { complaints, goTo, page } = yield* Browsers.openFile(file)
        yield* inPage(() => page.locator(".tile", { hasText: "The picture cannot be read" }).waitFor())
        assert.deepStrictEqual(yield* words(page, ".problems"), [
          "1 picture not drawn\nbeach-01.jpg the picture cannot be read: it is gone"
        ])
        yield* goTo("images/1")
        yield* inPage(() => page.locator(".picture.none", { hasText: "The picture cannot be read" }).waitFor())
        assert.include(yield* inPage(() => page.locator(".problems").innerText()), "Waits for metadata")
        assert.strictEqual(yield* inPage(() => page.locator(".box-list li").count()), 3)
        yield* goTo("images/2")
        yield* inPage(() => page.getByText("There is no such image in this report").waitFor())
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.scoped)
    )

    it.effect("says whose answers say that they are simulated, of the run and of an image", () =>
      Effect.gen(function* () {
        const invented = beachFacts.results.map((result) =>
          result.service === "clip" || result.service === "yolov8"
            ? { ...result, outcome: simulated(result.outcome) }
            : result
        )
        const images = [
          beach({ ...beachFacts, results: invented }),
          Reports.reportImage(imageOf(beachFacts, "b.jpg", 2))
        ]
        const { goTo, page } = yield* Browsers.openFile(yield* report("simulated", images))
        const said = "The answers of clip and yolov8 are simulated"
        yield* inPage(() => page.getByText(said).waitFor())
        yield* goTo("images/1")
        yield* inPage(() => page.locator(".image-page").waitFor())
        yield* inPage(() => page.getByText(said).waitFor())
        yield* goTo("images/2")
        yield* inPage(() => page.getByRole("heading", { name: "b.jpg" }).waitFor())
        assert.strictEqual(yield* inPage(() => page.locator(".simulated").count()), 0)
      }).pipe(Effect.scoped)
    )

    for (const options of [
      { width: 1280, colorScheme: "light" },
      { width: 375, colorScheme: "dark" }
    ] as const) {
      it.effect(`fits ${options.width} pixels, and needs nothing but its own file`, () =>
        Effect.gen(function* () {
          const file = yield* report("alone", [beach(), Reports.reportImage(imageOf(beachFacts, "beach-02.jpg", 2))])
          const { complaints, goTo, page, requests } = yield* Browsers.openFile(file, options)
          for (const route of ["", "images/2"]) {
            yield* goTo(route)
            yield* inPage(() =>
              page
                .locator(route === "" ? ".tile image" : ".picture .merged")
                .first()
                .waitFor()
            )
            yield* inPage(() => page.evaluate("document.fonts.ready.then(() => undefined)"))
            const overflow = yield* inPage(() =>
              page.evaluate<number>("document.documentElement.scrollWidth - innerWidth")
            )
            assert.isAtMost(overflow, 0, `"${route}" is wider than the window`)
          }
          yield* inPage(() => page.getByRole("link", { name: "← Previous" }).click())
          yield* inPage(() => page.getByRole("heading", { name: "beach-01.jpg" }).waitFor())
          assert.deepStrictEqual(complaints, [])
          assert.deepStrictEqual(
            requests.filter((url) => !/^(?:file:.*alone\.html|data:)/.test(url)),
            []
          )
        }).pipe(Effect.scoped)
      )
    }

    for (const colorScheme of ["light", "dark"] as const) {
      it.effect(
        `has nothing that axe finds, in the ${colorScheme} theme`,
        () =>
          Effect.gen(function* () {
            const file = yield* report(
              "accessible",
              [beach(), Reports.reportImage(imageOf(beachFacts, "two.jpg", 2))],
              {
                unusable: [{ image: "a.gif", detail: "is empty" }]
              }
            )
            const { goTo, page } = yield* Browsers.openFile(file, { colorScheme, bypassCSP: true })
            const found: Record<string, ReadonlyArray<string>> = {}
            for (const [route, sign] of Object.entries({
              "": ".tile image",
              "images/1": ".picture .merged",
              "images/1?panes=strategies&box=person_210_150_98_299": "[data-pane=wbf] .merged",
              "images/9": "h1"
            })) {
              yield* goTo(route)
              yield* inPage(() => page.locator(sign).first().waitFor())
              found[route] = yield* Axe.complaints(page)
            }
            assert.deepStrictEqual(
              Object.entries(found).filter(([, list]) => list.length > 0),
              []
            )
          }).pipe(Effect.scoped),
        60_000
      )
    }

    it.effect("lets the browser run its own script only, and load nothing", () =>
      Effect.gen(function* () {
        const { page } = yield* openBeach
        const refused = yield* inPage(() =>
          page.evaluate<ReadonlyArray<string>>(`new Promise((resolve) => {
            const refused = []
            document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
              refused.push(effectiveDirective)
              if (refused.length === 3) resolve(refused.sort())
            })
            document.body.append(Object.assign(document.createElement("script"), { textContent: "ran = true" }))
            document.body.append(Object.assign(new Image(), { src: "http://127.0.0.1:9/a.png" }))
            fetch("http://127.0.0.1:9/").catch(() => {})
          })`)
        )
        assert.deepStrictEqual(refused, ["connect-src", "img-src", "script-src-elem"])
        assert.strictEqual(yield* inPage(() => page.evaluate("typeof ran")), "undefined")
      }).pipe(Effect.scoped)
    )

    it.effect("takes text from outside for text", () =>
      Effect.gen(function* () {
        const hostile = `</script><script>document.title = "taken"</script><img src=x onerror='document.title = "taken"'>`
        // A label of more than 100 characters would be set aside.
        const named = `<img src=x onerror='document.title = "taken"'>\u0000\u202e`
        const most = `${hostile}<!--<script>]]>"'\`&lt;\${1}\u009b31m\u0000\u202e\ud800`
        const facts = factsOf({
          blip: said(caption(most)),
          clip: said(label(named, 0.5)),
          colors: colors(["red;background:url(//evil)", most], ["#112233", most]),
          ocr: said(text(most)),
          ollama: { _tag: "Failure", class: "refused", reason: most },
          rtdetr: said({ ...object(named, [20, 20, 200, 100], 0.9), emoji: most }),
          yolov8: said(object(named, [20, 20, 200, 100], 0.9), object(most, [20, 20, 200, 100], 0.9))
        })
        const image = beach(facts, `x${most}`)
        const file = yield* report("hostile", [image], {
          unusable: [{ image: most, detail: most }],
          database: most
        })
        const { complaints, goTo, page } = yield* Browsers.openFile(file)
        yield* inPage(() => page.locator(".tile image").waitFor())
        const seen = [yield* inPage(() => page.locator("#app").innerText())]
        yield* goTo("images/1")
        yield* inPage(() => page.locator(".picture .merged").first().waitFor())
        yield* inPage(() => page.locator(".box-list button").first().click())
        yield* inPage(async () => {
          for (const summary of await page.locator("summary").all()) await summary.click()
        })
        seen.push(yield* inPage(() => page.locator("#app").innerText()))
        for (const text of seen) assert.include(text, `<img src=x onerror='document.title = "taken"'>`)
        assert.strictEqual(yield* inPage(() => page.title()), "Image 1 · Windmill: 4 images")
        assert.strictEqual(yield* inPage(() => page.locator("#app img:not(.brand img), #app script").count()), 0)
        assert.strictEqual(yield* inPage(() => page.locator("script").count()), 3)
        assert.notInclude(yield* inPage(() => page.locator("#app").innerHTML()), "background:url")
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.scoped)
    )
  }
)
