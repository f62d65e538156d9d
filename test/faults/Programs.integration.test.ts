/** The programs themselves, killed with SIGKILL while they work, and told to stop. Take `npm run build` first. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Schedule } from "effect"
import type { ImageId } from "../../src/domain/Identifiers.ts"
import { hintQueue } from "../../src/domain/Messages.ts"
import { soon } from "../support/Programs.ts"
import * as Programs from "./Programs.ts"

describe("worker and postprocess", () => {
  it.live(
    "lose nothing and do nothing twice when they are killed at any time (B14), and end by themselves on SIGTERM (B22)",
    () =>
      Effect.gen(function* () {
        const { pictures, run, settled, store, submit } = yield* Programs.make({
          pictures: 30,
          onCall: ({ reply }) => setTimeout(reply, 20)
        })
        const running = {
          worker: [yield* run.worker(), yield* run.worker()],
          postprocess: [yield* run.postprocess(), yield* run.postprocess()]
        }
        const ids = []
        for (const [i, name] of (["worker", "postprocess", "worker", "postprocess", "worker"] as const).entries()) {
          const submitted = yield* submit(pictures.slice(i * 6, i * 6 + 6))
          ids.push(...submitted)
          yield* Effect.repeat(store.facts(submitted), {
            until: (facts) => facts.some(({ results }) => results.length > 0),
            schedule: Schedule.spaced("5 millis")
          })
          yield* running[name].shift()!.end("SIGKILL")
          running[name].push(yield* run[name]())
        }
        yield* settled(ids)
        const last = [...running.worker, ...running.postprocess]
        const codes = yield* Effect.forEach(last, ({ end }) => end("SIGTERM"), { concurrency: "unbounded" })
        assert.deepStrictEqual(codes, [0, 0, 0, 0])
        // What they handed back when they stopped, and what they had done, is still what it was.
        yield* settled(ids)
      }).pipe(Effect.scoped),
    180_000
  )
})

describe("worker", () => {
  it.live(
    "finishes what it has in hand when it is told to stop, hands back the rest, and no service is asked twice (B22)",
    () =>
      Effect.gen(function* () {
        const asked: Array<string> = []
        let inFlight = 0
        const deployment = yield* Programs.make({
          pictures: 12,
          onCall: (call) => {
            asked.push(nameOf(call))
            inFlight++
            setTimeout(() => {
              inFlight--
              call.reply()
            }, 300)
          }
        })
        const { pictures, run, settled, submit } = deployment
        const ids = yield* submit(pictures)
        const first = yield* run.worker()
        // Two at once are asked of each of the three services: some have answered, others are about to.
        yield* Effect.repeat(Effect.void, { until: () => asked.length > 6 && inFlight > 0, schedule: soon })
        const [taken, code] = yield* Effect.timed(first.end("SIGTERM"))
        assert.strictEqual(code, 0)
        assert.isBelow(Duration.toSeconds(taken), 15)
        assert.deepStrictEqual(yield* answered(deployment, ids), asked.toSorted())
        assert.isBelow(asked.length, 3 * ids.length)
        yield* untilWaiting(deployment, 3 * ids.length - asked.length)

        yield* run.worker()
        yield* untilAnswered(deployment, ids)
        assert.deepStrictEqual(yield* answered(deployment, ids), asked.toSorted())
        yield* run.postprocess()
        yield* settled(ids)
      }).pipe(Effect.scoped),
    60_000
  )

  it.live(
    "gives back what cannot be finished before its deadline, which is not counted against any job (B14, B22)",
    () =>
      Effect.gen(function* () {
        const asked: Array<string> = []
        let areWell = false
        const deployment = yield* Programs.make({
          pictures: 12,
          onCall: (call) => {
            asked.push(nameOf(call))
            if (areWell || call.service.id === "clip") call.reply()
          }
        })
        const { broker, pictures, queues, run, settled, sql, submit } = deployment
        const ids = yield* submit(pictures)
        const first = yield* run.worker("--drain-within", "300 millis")
        const areHanging = () => asked.filter((name) => !name.startsWith("clip")).length >= 4
        yield* Effect.repeat(Effect.void, { until: areHanging, schedule: soon })
        const [taken, code] = yield* Effect.timed(first.end("SIGTERM"))
        assert.strictEqual(code, 0)
        assert.isAtLeast(Duration.toMillis(taken), 250)
        assert.isBelow(Duration.toSeconds(taken), 15)
        const finished = yield* answered(deployment, ids)
        for (const name of finished) assert.include(name, "clip")
        yield* untilWaiting(deployment, 3 * ids.length - finished.length)

        areWell = true
        yield* run.worker()
        yield* untilAnswered(deployment, ids)
        for (const name of new Set(asked)) {
          const times = asked.filter((other) => other === name).length
          assert.isAtMost(times, finished.includes(name) ? 1 : 2, name)
        }
        yield* run.postprocess()
        yield* settled(ids)
        assert.deepStrictEqual(yield* sql`SELECT DISTINCT attempts FROM results`, [{ attempts: 1 }])
        const dead = yield* Effect.forEach(queues, (queue) => broker.deadLetters(queue, 10))
        assert.deepStrictEqual(dead.flat(), [])
      }).pipe(Effect.scoped),
    60_000
  )
})

describe("one image", () => {
  it.live(
    "waits for services that refuse connections or are asked too much, which counts no attempt, and is answered in the end (issue 12)",
    () =>
      Effect.gen(function* () {
        const refusals: Array<number> = []
        const deployment = yield* Programs.make({
          pictures: 1,
          absent: "clip",
          onCall: ({ refuse, reply, service }) => {
            if (service.id !== "yolov8" || refusals.length === 6) return reply()
            refusals.push(performance.now())
            refuse(2)
          }
        })
        const { appear, pictures, run, settled, sql, submit } = deployment
        const ids = yield* submit(pictures)
        yield* run.worker()
        yield* run.postprocess()
        // Attempts that count would be the third by then.
        yield* Effect.sleep("12 seconds")
        const status = yield* Effect.repeat(run.status, {
          until: (status) => status.includes("1 done without clip"),
          schedule: soon
        })
        assert.match(status, /0 of 1 image done\n1 done without clip\n2 of 3 answers/)
        assert.match(status, /^clip .* down for \d+ s: clip does not say that it is well/m)
        yield* appear
        yield* untilAnswered(deployment, ids)
        yield* settled(ids)
        assert.deepStrictEqual(yield* sql`SELECT DISTINCT attempts, status FROM results`, [
          { attempts: 1, status: "success" }
        ])
        for (const [i, time] of refusals.slice(1).entries()) assert.isAtLeast(time - refusals[i]!, 1900)
      }).pipe(Effect.scoped),
    180_000
  )
})

describe("an image behind more than a page of those that lack only what is off", () => {
  it.live(
    "is asked about when its messages are lost (issue 12, A5)",
    () =>
      Effect.gen(function* () {
        const { pictures, run, sql, store } = yield* Programs.make({ pictures: 1, onCall: ({ reply }) => reply() })
        yield* run.windmill("pause", "clip", "--reason", "off")
        yield* sql`
          INSERT INTO images (source_key, image_filename, image_path, requested_services)
          SELECT 'off ' || i, i || '.jpg', '/off/' || i || '.jpg', '{clip}' FROM generate_series(1, 1500) AS i`
        const requests = pictures.map(({ reference, services }) => ({
          reference,
          services: services.map(({ id }) => id)
        }))
        const [last] = yield* store.submit(requests)
        yield* run.worker()
        yield* run.postprocess()
        yield* Effect.repeat(store.facts([last!.imageId]), {
          until: ([facts]) => facts!.results.length === 2,
          schedule: soon
        })
        assert.deepStrictEqual(yield* sql`SELECT DISTINCT service FROM results WHERE service = 'clip'`, [])
      }).pipe(Effect.scoped),
    120_000
  )
})

describe("a service that is tuned while two workers ask it", () => {
  it.live(
    "is asked no more often than its rate, and as much at once as it is to be, within seconds (issue 12)",
    () =>
      Effect.gen(function* () {
        const times: Array<number> = []
        let inFlight = 0
        let most = 0
        const { pictures, run, submit } = yield* Programs.make({
          pictures: 300,
          onCall: ({ reply, service }) => {
            if (service.id !== "clip") return reply()
            times.push(performance.now())
            most = Math.max(most, ++inFlight)
            setTimeout(() => {
              inFlight--
              reply()
            }, 300)
          }
        })
        /** Calls in so many seconds, and how many there were at once at most. */
        const watched = Effect.fnUntraced(function* (seconds: number) {
          const begun = performance.now()
          most = inFlight
          yield* Effect.sleep(Duration.seconds(seconds))
          return { calls: times.filter((time) => time >= begun).length, most }
        })
        const tune = (...args: ReadonlyArray<string>) => run.windmill("service", "clip", ...args)
        assert.strictEqual(yield* tune("--rate", "4/s"), "clip: at most 4 requests per second\n")
        yield* submit(pictures)
        yield* Effect.all([run.worker(), run.worker()], { concurrency: "unbounded" })
        // Until each knows of the other.
        yield* Effect.sleep("5 seconds")
        const slow = yield* watched(6)
        assert.isAtMost(slow.calls, 4 * 6 + 3)
        assert.isAtLeast(slow.calls, 4 * 6 * 0.6)

        assert.strictEqual(yield* tune("--reset", "--concurrency", "1"), "clip: concurrency 1\n")
        yield* Effect.sleep("3 seconds")
        assert.strictEqual((yield* watched(2)).most, 2)

        yield* tune("--concurrency", "8")
        yield* Effect.sleep("4 seconds")
        assert.isAtLeast((yield* watched(1)).most, 12)
        assert.strictEqual(yield* run.windmill("service", "clip"), "clip: concurrency 8\n")
      }).pipe(Effect.scoped),
    180_000
  )
})

type Deployment = Effect.Success<ReturnType<typeof Programs.make>>

const nameOf = ({ filename, service }: Programs.Call) => `${service.id} ${filename}`

/** The jobs that have an answer, by what `nameOf` calls them. */
const answered = ({ store }: Deployment, ids: ReadonlyArray<ImageId>) =>
  Effect.map(store.records(ids), (records) =>
    records
      .flatMap(({ facts, reference }) => facts.results.map(({ service }) => `${service} ${reference.filename}`))
      .toSorted()
  )

/** Waits until all jobs have an answer: nothing else is to be seen of a worker from outside. */
const untilAnswered = (deployment: Deployment, ids: ReadonlyArray<ImageId>) =>
  Effect.repeat(answered(deployment, ids), { until: (jobs) => jobs.length === 3 * ids.length, schedule: soon })

/** Waits until the queues of the services hold so many jobs that nobody has in hand. */
const untilWaiting = ({ broker, queues }: Deployment, jobs: number) =>
  Effect.forEach(
    queues.filter((queue) => !isHintQueue(queue)),
    broker.statistics
  ).pipe(
    Effect.repeat({
      until: (all) => all.reduce((sum, { ready }) => sum + ready, 0) === jobs,
      schedule: soon
    })
  )

const isHintQueue = (queue: string) => Object.values(hintQueue).includes(queue)
