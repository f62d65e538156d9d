import { assert, layer } from "@effect/vitest"
import { Effect, Option } from "effect"
import * as NodeFs from "node:fs"
import sharp from "sharp"
import { imageBox } from "../../../src/domain/BoundingBox.ts"
import type { QueryText } from "../../../src/domain/archive/Query.ts"
import type { ImageId } from "../../../src/domain/Identifiers.ts"
import { NotFound, TooLarge, Unprocessable } from "../../../src/programs/api/definition/Problems.ts"
import * as Intake from "../../../src/programs/api/Intake.ts"
import { ContentStore } from "../../../src/services/ContentStore.ts"
import { MessageBroker } from "../../../src/services/MessageBroker.ts"
import { Corrections } from "../../../src/services/Corrections.ts"
import { Replays } from "../../../src/services/Replays.ts"
import { ResultStore } from "../../../src/services/ResultStore.ts"
import * as ApiServers from "../../support/ApiServers.ts"
import * as Archives from "../../support/Archives.ts"
import { face, failed, label, object, palette, said, serviceId } from "../../support/Facts.ts"
import { serve } from "../../support/HttpServers.ts"
import * as PictureFiles from "../../support/PictureFiles.ts"

const submit = (bytes: Uint8Array, fields: Readonly<Record<string, string>> = {}, key?: string) =>
  Effect.flatMap(ApiServers.client, (api) =>
    api.images.submit({
      query: {},
      headers: key === undefined ? {} : { "idempotency-key": key },
      payload: ApiServers.form(bytes, fields)
    })
  )

const depth = (queue: string) => MessageBroker.use((broker) => broker.depth(queue))

layer(ApiServers.layer({ networks: ["127.0.0.1"] }), { excludeTestServices: true })("images", (it) => {
  it.effect("takes a picture in a form and asks the services about it", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const before = yield* depth("queue_clip")
      const submission = yield* submit(yield* ApiServers.picture("red"), { services: "yolov8,clip", group: "reds" })
      assert.deepStrictEqual(submission.owed, [serviceId("clip"), serviceId("yolov8")])
      assert.isTrue(submission.isNew)
      assert.match(submission.traceId ?? "", /^[0-9a-f]{32}$/)
      assert.strictEqual(yield* depth("queue_clip"), before + 1)
      const image = yield* api.images.get({ params: { id: submission.id } })
      assert.strictEqual(image.status, "waiting")
      assert.strictEqual(image.group, "reds")
      assert.strictEqual(image.traceId, submission.traceId)
      assert.deepStrictEqual(image.services, submission.owed)
      const timeline = yield* api.images.timeline({ params: { id: submission.id } })
      assert.deepStrictEqual(timeline.waiting, submission.owed)
      assert.deepStrictEqual(timeline.events, [{ _tag: "Submitted", at: image.created }])
    })
  )

  it.effect("finds images by a query, suggests words, and says where a query cannot be read", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const id = yield* Archives.done("lake.jpg", { clip: said(label("canoe", 0.9)) }, { group: "canoe trip" })
      const find = (q: string) =>
        Effect.map(api.images.search({ query: { q: q as QueryText } }), ({ images }) => images.map(({ id }) => id))
      assert.deepStrictEqual(yield* find('canoe lake NOT "no parking"'), [id])
      assert.deepStrictEqual(yield* find("canoe -lake"), [])
      assert.deepStrictEqual(yield* api.images.suggest({ query: { typed: "cano" } }), [
        { kind: "label", text: "canoe" },
        { kind: "group", text: "canoe trip" }
      ])
      const response = yield* ApiServers.request(`/images?q=${encodeURIComponent('dog "cat')}`)
      assert.strictEqual(response.status, 400)
      const problem = (yield* Effect.promise(() => response.json())) as { readonly problems: ReadonlyArray<unknown> }
      assert.deepStrictEqual(problem.problems, [
        { path: "q", message: "The quotation mark at character 5 has no other that closes it" }
      ])
    })
  )

  it.effect("lists all ids in an order, says who is before and after one in it, and puts images into a group", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const group = "sorted"
      const box = (x: number) => object("dog", [x, 10, 90, 90], 0.9)
      const boxes = (...found: ReadonlyArray<ReturnType<typeof box>>) => ({
        yolov8: said(...found),
        rtdetr: said(...found)
      })
      const one = yield* Archives.done("one.jpg", boxes(box(10)), { group })
      const three = yield* Archives.done("three.jpg", boxes(box(10), box(210), box(410)), { group })
      const two = yield* Archives.done("two.jpg", boxes(box(10), box(210)), { group })
      yield* api.images.assign({ payload: { ids: [one, two, three], group } })
      const list = (query: object) => Effect.map(api.images.list({ query }), ({ ids }) => ids)
      assert.deepStrictEqual(yield* list({ group }), [two, three, one])
      assert.deepStrictEqual(yield* list({ group, order: "most-boxes" }), [three, two, one])
      assert.deepStrictEqual(yield* list({ group, order: "most-boxes", limit: 1 }), [three])
      const around = (id: ImageId, order?: "most-boxes") =>
        api.images.neighbors({ params: { id }, query: { group, ...(order === undefined ? {} : { order }) } })
      assert.deepStrictEqual(yield* around(three), { previous: two, next: one })
      assert.deepStrictEqual(yield* around(three, "most-boxes"), { next: two })
      assert.deepStrictEqual(yield* around(two, "most-boxes"), { previous: three, next: one })
      const gone = 999_999 as ImageId
      assert.deepStrictEqual(yield* around(gone, "most-boxes"), {})

      assert.deepStrictEqual(yield* api.images.assign({ payload: { ids: [one, gone], group: "other" } }), { count: 1 })
      assert.deepStrictEqual(yield* list({ group }), [two, three])
      assert.deepStrictEqual(yield* api.images.assign({ payload: { ids: [one] } }), { count: 1 })
      assert.deepStrictEqual(yield* list({ group: "other" }), [])
      const { detectors, images } = yield* api.images.statistics({ query: { group } })
      assert.strictEqual(images, 2)
      assert.deepStrictEqual(
        detectors.map(({ seen, service }) => [service, seen]),
        [
          ["rtdetr", 5],
          ["yolov8", 5]
        ]
      )
      assert.strictEqual((yield* ApiServers.request("/images/ids?order=best")).status, 400)
      assert.strictEqual((yield* ApiServers.request("/statistics?grupp=a")).status, 400)
    })
  )

  it.effect("knows a picture by its content", () =>
    Effect.gen(function* () {
      const bytes = yield* ApiServers.picture("orange")
      const first = yield* submit(bytes, { services: "clip" })
      const second = yield* submit(bytes, { services: "blip" })
      assert.strictEqual(second.id, first.id)
      assert.isFalse(second.isNew)
      assert.deepStrictEqual(second.owed, [serviceId("blip"), serviceId("clip")])
    })
  )

  it.effect("takes a picture by URL and keeps it", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const bytes = yield* ApiServers.picture("yellow")
      const port = yield* serve((_, response) => response.end(bytes))
      const url = `http://127.0.0.1:${port}/some/where/yellow.jpg`
      const { id } = yield* api.images.submit({ query: {}, headers: {}, payload: { url, services: "clip" } })
      assert.strictEqual((yield* api.images.get({ params: { id } })).filename, "yellow.jpg")
      assert.deepStrictEqual(yield* api.images.content({ params: { id }, query: {} }), new Uint8Array(bytes))
    })
  )

  it.effect("takes many pictures at once, and says of each that it refuses why", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const bytes = yield* Effect.forEach(["navy", "olive"], (color) => ApiServers.picture(color))
      const form = new FormData()
      for (const [i, picture] of bytes.entries()) form.append("file", new Blob([picture as never]), `${i}.jpg`)
      form.append("file", new Blob(["no picture"]), "notes.txt")
      form.append("services", "clip")
      form.append("group", "many")
      const { accepted, refused } = yield* api.images.submitMany({ payload: form })
      assert.deepStrictEqual(
        accepted.map(({ isNew, name, owed }) => [name, isNew, owed]),
        ["0.jpg", "1.jpg"].map((name) => [name, true, [serviceId("clip")]])
      )
      assert.deepStrictEqual(
        refused.map(({ code, name }) => [name, code]),
        [["notes.txt", "Unprocessable"]]
      )
      assert.match(refused[0]!.detail, /^notes\.txt /)

      const port = yield* serve((_, response) => response.end(bytes[0]))
      const good = `http://127.0.0.1:${port}/navy.jpg`
      const urls = [good, "nonsense", `http://127.0.0.1:${port}/olive.jpg`, "http://10.0.0.1/private.jpg"]
      const byUrl = yield* api.images.submitMany({ payload: { urls, services: "clip" } })
      assert.deepStrictEqual(
        byUrl.accepted.map(({ id, isNew, name }) => [name, id, isNew]),
        [
          [good, accepted[0]!.id, false],
          [urls[2], accepted[0]!.id, false]
        ]
      )
      assert.deepStrictEqual(
        byUrl.refused.map(({ code, name }) => [name, code]),
        [
          ["nonsense", "InvalidRequest"],
          ["http://10.0.0.1/private.jpg", "Forbidden"]
        ]
      )
      const listed = yield* api.images.search({ query: { group: "many" } })
      assert.lengthOf(listed.images, 2)
      assert.notProperty(listed, "total")
      const [newest] = listed.images
      const page = yield* api.images.search({ query: { group: "many", limit: 1, total: true } })
      assert.deepStrictEqual([page.images.length, page.next, page.total], [1, newest!.id, 2])
      const rest = yield* api.images.search({ query: { group: "many", before: newest!.id, total: true } })
      assert.deepStrictEqual([rest.images.length, rest.total], [1, 2])
    })
  )

  it.effect("gives a repeated request its first answer", () =>
    Effect.gen(function* () {
      const bytes = yield* ApiServers.picture("green")
      const first = yield* submit(bytes, { services: "clip" }, "key-1")
      const before = yield* depth("queue_clip")
      assert.deepStrictEqual(yield* submit(bytes, { services: "clip" }, "key-1"), first)
      const remembered = Option.getOrThrow(yield* Replays.use((replays) => replays.find("key-1")))
      assert.hasAllKeys(remembered.response, ["imageId", "traceId", "isNew", "owed"])
      assert.strictEqual(yield* depth("queue_clip"), before)
      const other = yield* Effect.flip(submit(bytes, { services: "blip" }, "key-1"))
      assert.instanceOf(other, Unprocessable)
    })
  )

  it.effect("repeats a URL without fetching it again", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const bytes = yield* ApiServers.picture("teal")
      let fetched = 0
      const port = yield* serve((_, response) => {
        fetched++
        response.end(bytes)
      })
      const again = api.images.submit({
        query: {},
        headers: { "idempotency-key": "key-2" },
        payload: { url: `http://127.0.0.1:${port}/`, services: "clip" }
      })
      assert.deepStrictEqual(yield* again, yield* again)
      assert.strictEqual(fetched, 1)
    })
  )

  it.effect("refuses what is too large, in a form and by URL", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const large = new Uint8Array(1024 * 1024 + 1)
      const port = yield* serve((_, response) => response.end(large))
      assert.instanceOf(yield* Effect.flip(submit(large)), TooLarge)
      const byUrl = api.images.submit({ query: {}, headers: {}, payload: { url: `http://127.0.0.1:${port}/` } })
      assert.instanceOf(yield* Effect.flip(byUrl), TooLarge)
      const json = JSON.stringify({ url: `http://127.0.0.1/${"x".repeat(2 * 1024 * 1024)}` })
      const headers = { "content-type": "application/json" }
      const response = yield* ApiServers.request("/images", { method: "POST", headers, body: json })
      assert.strictEqual(response.status, 413)
    })
  )

  it.effect("keeps a picture as everybody is to see it", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const bytes = yield* Effect.promise(() => PictureFiles.turned("jpeg", 6))
      const { id } = yield* submit(bytes, { services: "clip" })
      const { path } = yield* api.images.get({ params: { id } })
      const kept = yield* Effect.promise(() => PictureFiles.look(NodeFs.readFileSync(path!)))
      assert.deepInclude(kept, { ...PictureFiles.upright, orientation: 1, colors: [...PictureFiles.quarters] })
    })
  )

  it.effect("keeps nothing of what it refuses, and takes nothing from an image that has it", () =>
    Effect.gen(function* () {
      const { uploads } = yield* ApiServers.Folders
      const kept = () =>
        NodeFs.readdirSync(uploads, { recursive: true, encoding: "utf8" }).filter((name) => /[0-9a-f]{64}/.test(name))
      const before = kept()
      const bytes = yield* ApiServers.picture("chocolate")
      yield* Effect.flip(submit(bytes, { services: "nobody" }))
      const two = ApiServers.form(bytes)
      two.append("file", new Blob(["x"]), "b.jpg")
      yield* ApiServers.request("/images", { method: "POST", body: two })
      assert.deepStrictEqual(kept(), before)
      yield* submit(bytes, { services: "clip" })
      const withIt = kept()
      assert.strictEqual(withIt.length, before.length + 1)
      yield* Effect.flip(submit(bytes, { services: "nobody" }))
      yield* ApiServers.request("/images", { method: "POST", body: two })
      assert.deepStrictEqual(kept(), withIt)
    })
  )

  it.effect("sweeps what a process that ended has left, and nothing that an image is read from", () =>
    Effect.gen(function* () {
      const contents = yield* ContentStore
      const api = yield* ApiServers.client
      const { id } = yield* submit(yield* ApiServers.picture("coral"), { services: "clip" })
      const { path } = yield* api.images.get({ params: { id } })
      const left = yield* contents.put(new TextEncoder().encode("left behind"))
      const fresh = yield* contents.put(new TextEncoder().encode("just arrived"))
      for (const place of [path!, left.path]) {
        NodeFs.utimesSync(place, Date.now() / 1000 - 7200, Date.now() / 1000 - 7200)
      }
      const isSwept = Effect.sync(() => !NodeFs.existsSync(left.path))
      const untilSwept = Effect.repeat(Effect.delay(isSwept, "20 millis"), { until: (swept) => swept })
      yield* Effect.scoped(Effect.andThen(Intake.make, Effect.timeout(untilSwept, "10 seconds")))
      assert.deepStrictEqual([path!, left.path, fresh.path].map(NodeFs.existsSync), [true, false, true])
    })
  )

  it.effect("refuses what is no picture, or none that can be read", () =>
    Effect.gen(function* () {
      const bytes = yield* ApiServers.picture("pink", { width: 200, height: 200 })
      const texts = ["<html><script>alert(1)</script></html>", "<svg xmlns='http://www.w3.org/2000/svg'/>", ""]
      for (const content of [...texts.map((text) => Buffer.from(text)), bytes.subarray(0, bytes.length / 2)]) {
        const problem = yield* Effect.flip(submit(content))
        assert.instanceOf(problem, Unprocessable)
      }
    })
  )

  it.effect("refuses fields that are too long and numbers that are out of range", () =>
    Effect.gen(function* () {
      const bytes = yield* ApiServers.picture("coral")
      for (const fields of [
        { group: "g".repeat(201) },
        { group: "g".repeat(20_000) },
        { services: "clip,".repeat(1000) }
      ]) {
        const body = ApiServers.form(bytes, fields)
        const response = yield* ApiServers.request("/images", { method: "POST", body })
        assert.strictEqual(response.status, 400)
      }
      for (const path of [
        "/images/0",
        "/images/-1",
        "/images/9007199254740993",
        "/images/9223372036854775808",
        "/images?before=99999999999999999999",
        "/images?limit=1000000",
        "/images?confidence=2",
        "/images?ids=1e300",
        `/images?group=${"g".repeat(201)}`,
        "/dead-letters?limit=0"
      ]) {
        assert.strictEqual((yield* ApiServers.request(path)).status, 400, path)
      }
    })
  )

  it.effect("says what is wrong with a form", () =>
    Effect.gen(function* () {
      const bytes = yield* ApiServers.picture("gold")
      const two = ApiServers.form(bytes)
      two.append("file", new Blob(["x"]), "b.jpg")
      for (const body of [new FormData(), two]) {
        const response = yield* ApiServers.request("/images", { method: "POST", body })
        assert.strictEqual(response.status, 400)
        const problem = (yield* Effect.promise(() => response.json())) as { readonly detail: string }
        assert.include(problem.detail, 'in the field "file"')
      }
      const unknown = yield* Effect.flip(submit(bytes, { services: "clip,nobody" }))
      assert.instanceOf(unknown, Unprocessable)
      assert.include(unknown.detail, "nobody")
    })
  )

  it.effect("shows everything known about an image", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const imageId = yield* Archives.answered("whole.jpg", {
        yolov8: said(object("person", [10, 20, 30, 40], 0.9)),
        rtdetr: said(object("person", [11, 21, 30, 40], 0.8)),
        blip: failed("refused")
      })
      yield* Archives.derive(imageId, (service) =>
        service === "face" ? said(face([1, 2, 10, 10], 0.7)) : service === "colors" ? said(palette) : failed("image")
      )
      const image = yield* api.images.get({ params: { id: imageId } })
      assert.strictEqual(image.status, "done")
      assert.strictEqual(image.failed, 2)
      assert.deepStrictEqual(
        image.results.map(({ outcome, service, workerId }) => [service, outcome._tag, workerId]),
        [
          [serviceId("blip"), "Failure", "worker-blip"],
          [serviceId("rtdetr"), "Success", "worker-rtdetr"],
          [serviceId("yolov8"), "Success", "worker-yolov8"]
        ]
      )
      const [box] = image.boxes
      assert.deepStrictEqual(box!.services, [serviceId("rtdetr"), serviceId("yolov8")])
      assert.strictEqual(box!.members.length, 2)
      assert.deepStrictEqual(
        image.consensus!.votes.consensus.map(({ concept, reason }) => [concept as string, reason !== ""]),
        [
          ["person", true],
          ["face", true]
        ]
      )
      const faces = image.enrichments.flatMap(({ faces }) => faces)
      assert.deepStrictEqual(faces[0]!.box.x, box!.box.x + 1)
      assert.deepStrictEqual(faces[0]!.keypoints["nose_tip"], { x: box!.box.x + 6, y: box!.box.y + 8 })
      assert.isNotEmpty(image.enrichments.flatMap(({ palettes }) => palettes.flatMap(({ colors }) => colors)))
      assert.deepStrictEqual(
        image.derivations.map(({ revision, stage }) => [stage, revision]),
        [
          ["harmonize", image.revision],
          ["consensus", image.revision],
          ["enrich", image.revision]
        ]
      )
      const { events } = yield* api.images.timeline({ params: { id: imageId } })
      assert.deepStrictEqual(
        events.map((event) => (event._tag === "Derived" ? event.stage : event._tag)),
        [
          "Submitted",
          "Answered",
          "Answered",
          "Answered",
          "harmonize",
          "Enriched",
          "Enriched",
          "Enriched",
          "harmonize",
          "consensus",
          "enrich"
        ]
      )
    })
  )

  it.effect("gives pictures, small ones, and the parts in boxes", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const bytes = yield* ApiServers.picture("blue", { width: 400, height: 200 })
      const { id } = yield* submit(bytes, { services: "yolov8" })
      const small = yield* api.images.content({ params: { id }, query: { size: 160 } })
      const dimensions = yield* Effect.promise(() => sharp(small).metadata())
      assert.deepStrictEqual([dimensions.width, dimensions.height], [160, 80])

      const outcome = said(object("dog", [10, 20, 30, 40], 0.9))
      yield* ResultStore.use((store) =>
        store.record([{ imageId: id, service: serviceId("yolov8"), outcome, workerId: "w" }])
      )
      yield* Archives.derive(id)
      const [box] = (yield* api.images.get({ params: { id } })).boxes
      const part = yield* api.images.crop({ params: { id, box: box!.id } })
      const { height, width } = yield* Effect.promise(() => sharp(part).metadata())
      assert.deepStrictEqual([width, height], [30, 40])
      const missing = api.images.crop({ params: { id, box: "nothing" as never } })
      assert.instanceOf(yield* Effect.flip(missing), NotFound)

      const drawn = imageBox({ x: 100, y: 50, width: 21, height: 11 })
      yield* Corrections.use((each) => each.record(id, "Ada", { kind: "add", box: drawn, label: "bird" }))
      const [added] = (yield* api.images.get({ params: { id } })).boxes
      const bird = yield* api.images.crop({ params: { id, box: added!.id } })
      const size = yield* Effect.promise(() => sharp(bird).metadata())
      assert.deepStrictEqual([added!.label, size.width, size.height], ["bird", 21, 11])
    })
  )

  it.effect("asks services again, those that answered and others", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const id = yield* Archives.done("again.jpg", { yolov8: said(object("dog", [1, 2, 30, 40], 0.9)), clip: said() })
      const [yolo, clip] = [yield* depth("queue_yolov8"), yield* depth("queue_clip")]
      const services = [serviceId("yolov8"), serviceId("nsfw2")]
      const submission = yield* api.images.rerun({ params: { id }, payload: { services, all: true } })
      assert.sameMembers([...submission.owed], services)
      assert.deepStrictEqual([yield* depth("queue_yolov8"), yield* depth("queue_clip")], [yolo + 1, clip])
      const image = yield* api.images.get({ params: { id } })
      assert.deepStrictEqual(
        image.results.map(({ service }) => service),
        [serviceId("clip")]
      )
      assert.deepStrictEqual([image.status, image.requested, image.answered], ["working", 3, 1])
      const all = yield* api.images.rerun({ params: { id }, payload: { all: true } })
      assert.strictEqual(all.owed.length, 3)
    })
  )

  it.effect("refuses names of parameters and fields that nothing has", () =>
    Effect.gen(function* () {
      const bytes = yield* ApiServers.picture("red")
      const post = (body: string) => ({ method: "POST", body, headers: { "content-type": "application/json" } })
      const refused: ReadonlyArray<readonly [path: string, name: string, init?: RequestInit]> = [
        ["/images?lable=dog", "lable"],
        ["/progress?group=a", "group"],
        ["/export/jsonl?grp=a", "grp"],
        ["/retry-failed", "servises", post('{"servises":["ocr"]}')],
        ["/images", "service", { method: "POST", body: ApiServers.form(bytes, { service: "ocr" }) }]
      ]
      for (const [path, name, init] of refused) {
        const response = yield* ApiServers.request(path, init)
        assert.strictEqual(response.status, 400, path)
        assert.include(yield* Effect.promise(() => response.text()), name, path)
      }
    })
  )

  it.effect("says where an accepted image is, and waits for it no longer than wished", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const bytes = yield* ApiServers.picture("teal")
      const post = (wait: string) =>
        ApiServers.request(`/images${wait}`, { method: "POST", body: ApiServers.form(bytes, { services: "clip" }) })
      const answer = (response: Response) =>
        Effect.promise(
          () =>
            response.json() as Promise<{
              readonly id: ImageId
              readonly status: string
              readonly owed: ReadonlyArray<string>
              readonly waitsFor?: ReadonlyArray<string>
            }>
        )
      const accepted = yield* post("")
      const { id, status } = yield* answer(accepted)
      assert.deepStrictEqual([accepted.status, status], [202, "waiting"])
      assert.strictEqual(accepted.headers.get("location"), `/images/${id}`)
      // No program works on clip here.
      const { owed, status: then, waitsFor } = yield* answer(yield* post("?wait=1s"))
      assert.deepStrictEqual([then, owed, waitsFor], ["waiting", ["clip"], ["clip"]])
      const { images } = yield* (yield* ApiServers.client).images.search({ query: { ids: [id] } })
      assert.deepInclude(images[0], { owed: [serviceId("clip")], waitsFor: [serviceId("clip")] })
      const answered = Effect.gen(function* () {
        const store = yield* ResultStore
        yield* store.record([{ imageId: id, service: serviceId("clip"), outcome: said(), workerId: "w" }])
        yield* Archives.derive(id)
      })
      const [waited] = yield* Effect.all(
        [Effect.flatMap(post("?wait=20s"), answer), Effect.delay(answered, "300 millis")],
        {
          concurrency: 2
        }
      )
      assert.deepInclude(waited, { status: "done", owed: [] })
      assert.strictEqual((yield* post("?wait=soon")).status, 400)
      yield* api.images.remove({ params: { id } })
    })
  )

  it.effect("keeps good answers when it asks again, unless told otherwise", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const id = yield* Archives.answered("kept.jpg", { clip: said(), blip: failed("refused") })
      const [clip, blip] = [yield* depth("queue_clip"), yield* depth("queue_blip")]
      const { owed } = yield* api.images.rerun({ params: { id }, payload: {} })
      assert.deepStrictEqual(owed, [serviceId("blip")])
      assert.deepStrictEqual([yield* depth("queue_clip"), yield* depth("queue_blip")], [clip, blip + 1])
      const { results } = yield* api.images.get({ params: { id } })
      assert.deepStrictEqual(
        results.map(({ service }) => service),
        [serviceId("clip")]
      )
    })
  )

  it.effect("deletes an image with all that was known, and the picture", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const bytes = yield* ApiServers.picture("black")
      const { id } = yield* submit(bytes, { services: "clip" })
      const { path } = yield* api.images.get({ params: { id } })
      const stored = `/images/content/${path!.slice(-64)}`
      assert.strictEqual((yield* ApiServers.request(stored)).status, 200)
      yield* api.images.remove({ params: { id } })
      assert.strictEqual((yield* ApiServers.request(stored)).status, 404)
      assert.instanceOf(yield* Effect.flip(api.images.get({ params: { id } })), NotFound)
      assert.instanceOf(yield* Effect.flip(api.images.timeline({ params: { id } })), NotFound)
      assert.instanceOf(yield* Effect.flip(api.images.remove({ params: { id } })), NotFound)
      assert.instanceOf(yield* Effect.flip(api.images.rerun({ params: { id }, payload: {} })), NotFound)
      assert.isTrue((yield* submit(bytes, { services: "clip" })).isNew)
    })
  )

  it.effect("answers with an ETag, and with nothing to whoever has it", () =>
    Effect.gen(function* () {
      const id = yield* Archives.answered("etag.jpg", { clip: said(label("cat", 0.9)) })
      const first = yield* ApiServers.request(`/images/${id}`)
      const etag = first.headers.get("etag")!
      const again = yield* ApiServers.request(`/images/${id}`, { headers: { "if-none-match": `W/"other", ${etag}` } })
      assert.deepStrictEqual([again.status, yield* Effect.promise(() => again.text())], [304, ""])
      yield* Archives.derive(id)
      const changed = yield* ApiServers.request(`/images/${id}`, { headers: { "if-none-match": etag } })
      assert.strictEqual(changed.status, 200)
    })
  )
})
