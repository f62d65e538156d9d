import { assert, layer } from "@effect/vitest"
import { Brand, Deferred, Effect, Fiber, Option, Stream } from "effect"
import { SqlClient } from "effect/sql"
import type { ImageFilter } from "../../../src/domain/archive/ImageFilter.ts"
import type { ImageOrder } from "../../../src/domain/archive/ImageOrder.ts"
import type { QueryText } from "../../../src/domain/archive/Query.ts"
import type { ImageId, Moment } from "../../../src/domain/Identifiers.ts"
import { revision } from "../../../src/domain/Staleness.ts"
import { Archive } from "../../../src/services/Archive.ts"
import { Progress } from "../../../src/services/Progress.ts"
import { ResultStore } from "../../../src/services/ResultStore.ts"
import * as ApiServers from "../../support/ApiServers.ts"
import * as Archives from "../../support/Archives.ts"
import * as Databases from "../../support/Databases.ts"
import { caption, failed, label, object, said, serviceId, text } from "../../support/Facts.ts"

const find = (filter: ImageFilter, page: { readonly before?: ImageId; readonly limit?: number } = {}) =>
  Archive.use((archive) => archive.search(filter, { limit: 100, ...page })).pipe(
    Effect.map((images) => images.map(({ id }) => id))
  )

/** All changes since a moment, and where they end. */
const changesSince = (moment: Moment, limit = 100) => Archive.use((archive) => archive.changes(moment, limit))

layer(ApiServers.layer(), { excludeTestServices: true })("search", (it) => {
  it.effect("finds images by what the services agreed on, in any wording", () =>
    Effect.gen(function* () {
      const [sure, unsure, other] = yield* Effect.all([
        Archives.done("sure.jpg", {
          yolov8: said(object("person", [1, 2, 30, 40], 0.9)),
          blip: said(caption("woman"))
        }),
        Archives.done("unsure.jpg", { yolov8: said(object("person", [1, 2, 30, 40], 0.6)) }),
        Archives.done("other.jpg", { clip: said(label("dining_table", 0.9)) })
      ])
      assert.deepStrictEqual(yield* find({ label: "person" }), [unsure, sure])
      assert.deepStrictEqual(yield* find({ label: "Women" }), [unsure, sure])
      assert.deepStrictEqual(yield* find({ label: "person", confidence: 0.8 }), [sure])
      assert.deepStrictEqual(yield* find({ label: "dining table" }), [other])
      assert.deepStrictEqual(yield* find({ label: "' OR true --" }), [])
      assert.deepStrictEqual(yield* find({ emoji: "🧑" }), [unsure, sure])
      assert.deepStrictEqual(yield* find({ emoji: "🧑\uFE0F", confidence: 0.8 }), [sure])
      assert.deepStrictEqual(yield* find({ confidence: 0.8 }), [other, sure])
    })
  )

  it.effect("finds images by words of their name and group, of what was found, and of failures", () =>
    Effect.gen(function* () {
      const archive = yield* Archive
      const store = yield* ResultStore
      const dog = yield* Archives.done(
        "IMG_2031-Café.jpg",
        {
          yolov8: said({ ...object("dog", [1, 2, 30, 40], 0.9), emoji: "🐶" }),
          clip: said(label("Dogs", 0.9)),
          blip: said(caption("a", "spotted", "puppy")),
          ocr: said(text("NO\nPARKING here"))
        },
        { group: "Summer trip 2026" }
      )
      const cat = yield* Archives.done("cat.jpg", { clip: said(label("cat", 0.9)), ocr: failed("unreadable-reply") })
      const asked = (q: string) => find({ q: q as QueryText })
      const ofDog = [
        "img_2031",
        "2031",
        "IMG*",
        "cafe",
        "CAFÉ",
        '"img 2031 cafe jpg"',
        "summer",
        '"trip 2026"',
        "dog",
        "puppies",
        "🐶",
        "spotted",
        '"no parking"',
        "parking NOT cat",
        "-cat dog",
        "dog OR cat -jpg*",
        "(spotted OR cat) no"
      ]
      for (const q of ofDog) {
        assert.deepStrictEqual(yield* asked(q), [dog], q)
      }
      for (const q of ["cat", "unreadable", "ocr", '"It is unreadable-reply"', "cat NOT dog"]) {
        assert.deepStrictEqual(yield* asked(q), [cat], q)
      }
      for (const q of [
        '"parking no"',
        '"jpg summer"',
        "dog cat",
        '"puppies"',
        "nothing",
        "do",
        "'; DROP TABLE images --"
      ]) {
        assert.deepStrictEqual(yield* asked(q), [], q)
      }
      assert.deepStrictEqual(yield* asked("-xyz"), yield* find({}))
      assert.deepStrictEqual(
        yield* asked("-(dog OR cat)"),
        (yield* find({})).filter((id) => id !== dog && id !== cat)
      )
      assert.deepStrictEqual(yield* find({ q: "jpg" as QueryText, label: "cat" }), [cat])
      assert.deepStrictEqual(
        (yield* archive.suggestions("do", 10)).filter(({ kind }) => kind === "label"),
        [{ kind: "label", text: "dog", emoji: "🐶" }]
      )
      assert.deepStrictEqual(yield* archive.suggestions("TRIP", 10), [{ kind: "group", text: "Summer trip 2026" }])

      const sql = yield* SqlClient.SqlClient
      yield* sql`UPDATE results SET error_reason = 'weary' WHERE image_id = ${cat} AND status = 'failed'`
      assert.deepStrictEqual([yield* asked("weary"), yield* asked("cat weary"), yield* asked("is")], [[cat], [cat], []])
      yield* store.forget({ which: "failed", scope: { _tag: "Images", ids: [cat] } })
      assert.deepStrictEqual(yield* asked("unreadable"), [])
      yield* store.forget({ which: "all", scope: { _tag: "Images", ids: [dog] }, steps: [serviceId("ocr")] })
      yield* Archives.derive(dog)
      assert.deepStrictEqual(yield* asked("parking"), [])
      yield* sql`UPDATE images SET image_group = 'winter' WHERE image_id = ${dog}`
      assert.deepStrictEqual([yield* asked("winter"), yield* asked("summer")], [[dog], []])
      yield* store.remove(dog)
      assert.deepStrictEqual(yield* asked("winter"), [])
    })
  )

  it.effect("takes an emoji of 3,000 characters that three services agree on", () =>
    Effect.gen(function* () {
      const emoji = "🐴".repeat(1500)
      const said1 = said({ ...label("hobby horse", 0.9), emoji })
      const id = yield* Archives.done("long.jpg", { clip: said1, blip: said1, inception_v3: said1 })
      assert.deepStrictEqual(yield* find({ label: "hobby horse" }), [id])
      const image = Option.getOrThrow(yield* Archive.use((archive) => archive.image(id)))
      assert.match(image.consensus!.votes.consensus[0]!.emoji!, /^(🐴)+…$/u)
    })
  )

  it.effect("has an image done that only services which left the catalog still owe answers about", () =>
    Effect.gen(function* () {
      const group = "left"
      const gone = serviceId("gone")
      const alone = yield* Archives.answered("left alone.jpg", {}, { group, unanswered: ["gone"] })
      const stale = yield* Archives.answered("left stale.jpg", { clip: said() }, { group, unanswered: ["gone"] })
      const rest = yield* Archives.done("left rest.jpg", { clip: said() }, { group, unanswered: ["gone"] })
      const waiting = yield* Archives.answered("left waiting.jpg", {}, { group, unanswered: ["gone", "ocr"] })
      const working = yield* Archives.answered(
        "left working.jpg",
        { clip: said() },
        { group, unanswered: ["gone", "ocr"] }
      )
      for (const [status, ids] of [
        ["done", [rest, alone]],
        ["waiting", [waiting]],
        ["working", [working, stale]]
      ] as const) {
        const found = yield* Archive.use((archive) => archive.search({ group, status }, { limit: 100 }))
        assert.deepStrictEqual(
          found.map((image) => [image.id, image.status, image.withdrawn]),
          ids.map((id) => [id, status, [gone]])
        )
        assert.deepStrictEqual(yield* Archive.use((archive) => archive.ordered({ group, status }, "newest")), ids)
      }
      const whole = Option.getOrThrow(yield* Archive.use((archive) => archive.image(alone)))
      assert.deepStrictEqual([whole.status, whole.withdrawn], ["done", [gone]])
      const groups = yield* Progress.use((progress) => progress.groups(100, [serviceId("clip"), serviceId("ocr")]))
      assert.deepStrictEqual(
        groups.find((one) => one.group === group),
        { group, images: 5, done: 2, failed: 0 }
      )
    })
  )

  it.effect("follows the consensus when it changes", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const id = yield* Archives.done("changing.jpg", { yolov8: said(object("zebra", [1, 2, 30, 40], 0.9)) })
      assert.deepStrictEqual(yield* find({ label: "zebra" }), [id])
      yield* store.forget({ which: "all", scope: { _tag: "Images", ids: [id] }, steps: [serviceId("yolov8")] })
      yield* Archives.derive(id)
      assert.deepStrictEqual(yield* find({ label: "zebra" }), [])
    })
  )

  it.effect("finds images by group, state, service and failure, and by all of them at once", () =>
    Effect.gen(function* () {
      const group = "search"
      const waiting = yield* Archives.answered("waiting.jpg", {}, { group, unanswered: ["clip"] })
      const working = yield* Archives.answered("working.jpg", { clip: said() }, { group, unanswered: ["ocr"] })
      const stale = yield* Archives.answered("stale.jpg", { clip: said() }, { group })
      const done = yield* Archives.done("done.jpg", { clip: failed("refused") }, { group })
      assert.deepStrictEqual(yield* find({ group }), [done, stale, working, waiting])
      assert.deepStrictEqual(yield* find({ group, status: "waiting" }), [waiting])
      assert.deepStrictEqual(yield* find({ group, status: "working" }), [stale, working])
      assert.deepStrictEqual(yield* find({ group, status: "done" }), [done])
      assert.deepStrictEqual(yield* find({ group, service: serviceId("clip") }), [done, stale, working])
      assert.deepStrictEqual(yield* find({ group, error: "any" }), [done])
      assert.deepStrictEqual(yield* find({ group, error: "refused", service: serviceId("clip"), status: "done" }), [
        done
      ])
      assert.deepStrictEqual(yield* find({ group, error: "image" }), [])
      assert.deepStrictEqual(yield* find({ group, ids: [done, waiting] }), [done, waiting])
    })
  )

  it.effect("shows what a stage set aside as a failure of its image, until it was derived after all", () =>
    Effect.gen(function* () {
      const archive = yield* Archive
      const store = yield* ResultStore
      const group = "set aside"
      const id = yield* Archives.answered("deep.jpg", { clip: said() }, { group })
      const derivation = { revision: revision(1), algorithm: "test@1" }
      yield* store.setAside("consensus", [{ imageId: id, derivation, value: "too deep" }])
      assert.deepStrictEqual(yield* find({ group, error: "any" }), [id])
      assert.deepStrictEqual(yield* find({ group, error: "underivable", service: "consensus" }), [id])
      assert.deepStrictEqual(yield* find({ group, error: "underivable", service: "harmonize" }), [])
      assert.deepStrictEqual(yield* find({ group, error: "refused" }), [])
      const image = Option.getOrThrow(yield* archive.image(id))
      assert.deepStrictEqual(
        image.underived.map(({ reason, stage }) => [stage, reason]),
        [["consensus", "too deep"]]
      )
      assert.strictEqual(image.failed, 1)
      const failure = (yield* archive.failures({ samples: 5 })).find(({ service }) => service === "consensus")!
      assert.deepStrictEqual(
        [failure.class, failure.count, failure.samples.map(({ imageId, reason }) => [imageId, reason])],
        ["underivable", 1, [[id, "too deep"]]]
      )
      assert.strictEqual(
        (yield* Progress.use((progress) => progress.groups(100, []))).find((one) => one.group === group)!.failed,
        1
      )

      yield* Archives.derive(id)
      assert.deepStrictEqual(Option.getOrThrow(yield* archive.image(id)).underived, [])
      assert.deepStrictEqual(yield* find({ group, error: "any" }), [])
    })
  )

  it.effect("says of a listed image what the single image says", () =>
    Effect.gen(function* () {
      const archive = yield* Archive
      for (const image of yield* archive.search({}, { limit: 100 })) {
        const whole = yield* Effect.flatMap(archive.image(image.id), Effect.fromOption)
        const { boxes, findings, ...progress } = image
        assert.deepInclude(whole, progress)
        assert.deepStrictEqual(
          boxes.map(({ box, id }) => ({ id, box })),
          whole.boxes.map(({ box, id }) => ({ id, box }))
        )
        assert.deepStrictEqual(
          findings.map(({ concept }) => concept),
          whole.consensus?.votes.consensus.map(({ concept }) => concept) ?? []
        )
      }
    })
  )

  it.effect("knows the images before and after one in any list, also of an image that is not in it", () =>
    Effect.gen(function* () {
      const archive = yield* Archive
      const group = "neighbors"
      const failing = { clip: failed("refused") }
      const ids = yield* Effect.forEach([failing, { clip: said() }, failing, { clip: said() }, failing], (answers, i) =>
        Archives.done(`${i}.jpg`, answers, { group })
      )
      for (const filter of [{ group }, { group, error: "any" }, { group, error: "refused", status: "done" }] as const) {
        const list = yield* find(filter)
        for (const id of ids) {
          assert.deepStrictEqual(
            yield* archive.neighbors(id, filter),
            Object.fromEntries(
              Object.entries({
                previous: list.findLast((other) => other > id),
                next: list.find((other) => other < id)
              }).filter(([, neighbor]) => neighbor !== undefined)
            )
          )
        }
      }
    })
  )

  it.effect("lists images by how much the detectors agree, how sure they are, and how much failed", () =>
    Effect.gen(function* () {
      const archive = yield* Archive
      const group = "orders"
      const dog = object("dog", [10, 20, 300, 400], 0.9)
      const cat = object("cat", [400, 20, 300, 400], 0.4)
      const agreed = yield* Archives.done("agreed.jpg", { yolov8: said(dog), rtdetr: said(dog) }, { group })
      const disputed = yield* Archives.done("disputed.jpg", { yolov8: said(dog, cat), rtdetr: said(dog) }, { group })
      const failing = yield* Archives.done("failing.jpg", { clip: failed(), ocr: failed() }, { group })
      const list = (order: ImageOrder, filter: ImageFilter = {}) => archive.ordered({ group, ...filter }, order)
      assert.deepStrictEqual(yield* list("newest"), [failing, disputed, agreed])
      assert.deepStrictEqual(yield* list("least-agreement"), [disputed, agreed, failing])
      assert.deepStrictEqual((yield* list("lowest-confidence")).at(-1), failing)
      assert.deepStrictEqual((yield* list("most-boxes")).at(-1), failing)
      assert.deepStrictEqual(yield* list("most-failures"), [failing, disputed, agreed])
      assert.deepStrictEqual(yield* list("least-agreement", { error: "any" }), [failing])
      assert.deepStrictEqual(yield* list("newest", { error: "refused" }), [])
      assert.deepStrictEqual(yield* archive.ordered({ group }, "least-agreement", 1), [disputed])
      for (const filter of [{}, { group }, { error: "any" as const }, { label: "dog" }]) {
        assert.deepStrictEqual(yield* archive.ordered(filter, "newest"), yield* find(filter))
      }

      const statistics = yield* archive.statistics(group)
      assert.strictEqual(statistics.images, 3)
      const [pair] = statistics.pairs
      assert.deepStrictEqual(
        [statistics.pairs.length, pair?.services, pair?.together, pair?.apart],
        [1, [serviceId("rtdetr"), serviceId("yolov8")], 2, 1]
      )
      assert.deepStrictEqual(
        statistics.detectors.map(({ missed, outvoted, seen, service }) => [service, seen, outvoted + missed]),
        [
          ["rtdetr", 2, statistics.detectors[0]!.missed],
          ["yolov8", 3, statistics.detectors[1]!.outvoted]
        ]
      )
      const label = statistics.labels.find(({ concept }) => concept === "dog")!
      assert.deepInclude(label, { confirmed: 2, tentative: 0, histogram: [0, 0, 0, 0, 0, 0, 0, 0, 0, 2] })
      assert.closeTo(label.confidence!, 0.9, 1e-9)
      const clip = statistics.pace!.services.find(({ service }) => service === "clip")!
      assert.deepInclude(clip, { answers: 1, failed: 1 })
      assert.strictEqual(
        clip.intervals.reduce((sum, { answers }) => sum + answers, 0),
        1
      )
      assert.deepStrictEqual((yield* archive.statistics("no such group")).images, 0)

      assert.strictEqual(yield* (yield* ResultStore).assign([failing, failing], Option.some("others")), 1)
      assert.deepStrictEqual(yield* list("newest"), [disputed, agreed])
    })
  )

  it.effect("gives pages without gaps or repetitions", () =>
    Effect.gen(function* () {
      const archive = yield* Archive
      const all = yield* find({})
      const first = yield* find({}, { limit: 3 })
      const second = yield* find({}, { limit: 3, before: first[2]! })
      assert.deepStrictEqual([...first, ...second], all.slice(0, 6))
      assert.deepStrictEqual(yield* Stream.runCollect(archive.ids({})), all)
    })
  )
})

layer(ApiServers.layer(), { excludeTestServices: true })("changes", (it) => {
  it.effect(
    "lists each image once, with what happened last",
    () =>
      Effect.gen(function* () {
        const archive = yield* Archive
        const store = yield* ResultStore
        yield* Databases.untilOthersEnd
        const begin = yield* archive.now
        const first = yield* Archives.answered("a.jpg", { clip: said() })
        const second = yield* Archives.answered("b.jpg", { clip: said() })
        yield* Archives.derive(first)
        yield* store.remove(second)
        yield* Databases.untilOthersEnd
        const { changes, until } = yield* changesSince(begin)
        assert.deepStrictEqual(
          changes.map(({ imageId, isDeleted }) => [imageId, isDeleted]),
          [
            [first, false],
            [second, true]
          ]
        )
        assert.deepStrictEqual((yield* changesSince(until)).changes, [])
        assert.deepStrictEqual((yield* changesSince(changes[0]!.moment)).changes, changes.slice(1))
        const page = yield* changesSince(begin, 1)
        assert.deepStrictEqual(page.changes, changes.slice(0, 1))
        assert.deepStrictEqual((yield* changesSince(page.until)).changes, changes.slice(1))
      }),
    Databases.longTimeout
  )

  it.effect(
    "misses no transaction that commits after a later one",
    () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const archive = yield* Archive
        const slow = yield* Archives.answered("slow.jpg", {})
        const quick = yield* Archives.answered("quick.jpg", {})
        yield* Databases.untilOthersEnd
        const begin = yield* archive.now
        const touch = (id: ImageId) => sql`UPDATE images SET image_group = 'touched' WHERE image_id = ${id}`
        const touched = yield* Deferred.make<void>()
        const finish = yield* Deferred.make<void>()
        const transaction = yield* sql
          .withTransaction(
            Effect.gen(function* () {
              yield* touch(slow)
              yield* Deferred.succeed(touched, undefined)
              yield* Deferred.await(finish)
            })
          )
          .pipe(Effect.forkChild)
        yield* Deferred.await(touched)
        yield* touch(quick)
        const meanwhile = yield* changesSince(begin)
        yield* Deferred.succeed(finish, undefined)
        yield* Fiber.join(transaction)
        yield* Databases.untilOthersEnd
        const after = yield* changesSince(meanwhile.until)
        assert.sameMembers(
          [...meanwhile.changes, ...after.changes].map(({ imageId }) => imageId),
          [slow, quick]
        )
      }),
    Databases.longTimeout
  )

  it.effect(
    "begins anywhere",
    () =>
      Effect.gen(function* () {
        yield* Databases.untilOthersEnd
        const moment = Brand.nominal<Moment>()
        assert.isNotEmpty((yield* changesSince(moment("0-0"))).changes)
        assert.deepStrictEqual((yield* changesSince(moment(`${2n ** 62n}-0`))).changes, [])
      }),
    Databases.longTimeout
  )
})
