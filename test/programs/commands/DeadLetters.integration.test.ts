/** Looking after messages that were set aside, by commands of which each is a process of its own. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Redacted, Stream } from "effect"
import * as NodeOs from "node:os"
import { Address } from "../../../src/layers/rabbitmq/RabbitAddress.ts"
import { MessageBroker, Settlement } from "../../../src/services/MessageBroker.ts"
import * as Programs from "../../support/Programs.ts"
import * as RabbitQueues from "../../support/RabbitQueues.ts"

const queue = "queue_ocr"

/** Sets the next `count` messages of the queue aside. */
const setAside = (count: number) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { deliveries } = yield* MessageBroker.use((broker) => broker.subscribe(queue, { prefetch: 10 }))
      yield* deliveries.pipe(
        Stream.take(count),
        Stream.runForEach((delivery) => delivery.settle(Settlement.DeadLetter({ reason: "not a job" })))
      )
    })
  )

const commands = Effect.map(Address, ({ host, password, port, queuePrefix, username }) =>
  Programs.inFolder(NodeOs.tmpdir(), {
    QUEUE_HOST: host,
    QUEUE_PORT: String(port),
    QUEUE_USER: username,
    QUEUE_PASSWORD: Redacted.value(password),
    QUEUE_PREFIX: queuePrefix
  })
)

layer(RabbitQueues.broker.pipe(Layer.provideMerge(RabbitQueues.address)), {
  excludeTestServices: true
})("dead-letters", (it) => {
  it.effect(
    "lists, shows, puts back and drops what was set aside, for good",
    () =>
      Effect.gen(function* () {
        const { run } = yield* commands
        const broker = yield* MessageBroker
        const headers = { traceparent: "00-11111111111111111111111111111111-2222222222222222-01" }
        yield* broker.publish(["one", "two", "three"].map((body) => ({ queue, body, headers })))
        yield* setAside(3)

        const list = run("dead-letters", "list", "ocr", "--json")
        const letters = (yield* list).stdout
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line) as { readonly id: string; readonly body: string })
        assert.deepStrictEqual(
          letters.map(({ body }) => body),
          ["one", "two", "three"]
        )
        const [one, two] = letters
        const shown = yield* run("dead-letters", "show", "ocr", two!.id)
        assert.deepInclude(JSON.parse(shown.stdout), { body: "two", headers, reason: "not a job", attempt: 1 })

        assert.strictEqual((yield* run("dead-letters", "replay", "ocr", one!.id)).stdout, "1 put back\n")
        const { dead, ready } = yield* broker.statistics(queue)
        assert.deepStrictEqual({ dead, ready }, { dead: 2, ready: 1 })

        const gone = yield* run("dead-letters", "drop", "ocr", two!.id, one!.id)
        assert.deepStrictEqual(gone, {
          code: 1,
          stdout: "1 dropped\n",
          stderr: "Not among the dead letters of ocr: 1 of 2\n"
        })
        assert.deepInclude(yield* run("dead-letters", "drop", "ocr", "--all"), {
          code: 1,
          stdout: "",
          stderr: "To drop 1 dead letter of ocr, give --yes.\n"
        })
        assert.strictEqual((yield* run("dead-letters", "drop", "ocr", "--all", "--yes")).stdout, "1 dropped\n")
        assert.strictEqual((yield* list).stdout, "")
      }),
    { timeout: 120_000 }
  )

  it.effect(
    "refuses to choose by itself",
    () =>
      Effect.gen(function* () {
        const { run } = yield* commands
        const all = yield* run("dead-letters", "drop", "ocr")
        assert.deepInclude(all, { code: 1, stderr: "Name dead letters by their ids, or give --all.\n" })
        const step = yield* run("dead-letters", "list", "nothing")
        assert.deepInclude(step, { code: 1, stderr: "There is no service or stage nothing\n" })
      }),
    { timeout: 120_000 }
  )
})
