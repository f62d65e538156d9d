/** How the broker of the environment is: version, permissions, queues, limits. A queue of its own is made, used and gone again. */
import type { ChannelModel } from "amqplib"
import { Effect } from "effect"
import type { Finding } from "../../domain/Finding.ts"
import * as Connection from "./Connection.ts"
import * as Management from "./Management.ts"
import * as RabbitAddress from "./RabbitAddress.ts"
import * as Topology from "./Topology.ts"

const subject = "RabbitMQ"

/** The steps, about the broker and these queues of windmill's. */
export const check = (queues: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.gen(function* () {
    const address = yield* RabbitAddress.Address
    const found = yield* Effect.promise(() => look(address, queues)).pipe(
      Effect.timeoutOrElse({
        duration: "15 seconds",
        orElse: () =>
          Effect.succeed([broken("connection", `${address.host}:${address.port} does not answer`, unreachable)])
      })
    )
    const limits = yield* Management.state(address).pipe(
      Effect.map(limitsOf),
      Effect.catchTag("NotSaid", ({ detail }) => Effect.succeed([fine("limits", `not known: ${detail}`)]))
    )
    return found[0]?.verdict === "fine" ? [...found, ...limits] : [...found, ...limits.filter(isTrouble)]
  }).pipe(
    Effect.provide(RabbitAddress.addressFromEnvironment, { local: true }),
    Effect.catch((error) => Effect.succeed([broken("connection", error.message)])),
    Effect.withSpan("RabbitCheck.check")
  )

const isTrouble = ({ verdict }: Finding): boolean => verdict !== "fine"

const unreachable =
  "start the broker, or correct QUEUE_HOST and QUEUE_PORT, or AMQP_URL; a broker out of file handles accepts no connections either " +
  "(raise its limit, use fewer queues)"

const look = async (
  address: RabbitAddress.Address["Service"],
  queues: ReadonlyArray<string>
): Promise<ReadonlyArray<Finding>> => {
  const findings: Array<Finding> = []
  const step = async <A>(
    name: string,
    remedy: string,
    run: () => Promise<readonly [A, string]>
  ): Promise<A | undefined> => {
    try {
      const [value, detail] = await run()
      findings.push({ subject, step: name, verdict: "fine", detail })
      return value
    } catch (problem) {
      findings.push(broken(name, (problem as Error).message, remedy))
      return undefined
    }
  }
  const connection = await step("connection", unreachable, async () => {
    const opened = await Connection.open(address, "windmill check")
    opened.on("error", () => {})
    return [opened, `${address.host}:${address.port}, virtual host ${address.vhost}`] as const
  })
  if (connection === undefined) return findings
  try {
    const { serverProperties } = connection.connection as unknown as {
      readonly serverProperties: { readonly version?: string }
    }
    const version = serverProperties.version ?? "unknown"
    const isOld = Number(version.split(".")[0]) * 100 + Number(version.split(".")[1]) < 310
    findings.push({
      subject,
      step: "version",
      detail: version,
      ...(isOld ? { verdict: "odd", remedy: "use RabbitMQ 3.10 or newer" } : { verdict: "fine" })
    })
    await step(
      "permissions",
      `rabbitmqctl set_permissions -p ${address.vhost} ${address.username} '.*' '.*' '.*'`,
      async () => {
        const channel = await connection.createConfirmChannel()
        channel.on("error", () => {})
        const { queue } = await channel.assertQueue(`${address.queuePrefix}windmill.check.${process.pid}`, {
          exclusive: true,
          autoDelete: true
        })
        channel.sendToQueue(queue, Buffer.from("check"))
        await channel.waitForConfirms()
        const got = await channel.get(queue, { noAck: true })
        await channel.deleteQueue(queue)
        if (got === false) throw new Error("what was published cannot be got")
        return [true, `${address.username} may make queues, publish and consume`] as const
      }
    )
    findings.push(...queueFindings(await countsOf(connection, address.queuePrefix, queues)))
  } finally {
    await connection.close().catch(() => {})
  }
  return findings
}

interface Counts {
  /** RabbitMQ's queues that windmill uses, and how many of them there are. */
  readonly all: number
  readonly there: number
  /** Messages in all of them, and in that of dead letters. */
  readonly messages: number
  readonly dead: number
  /** Those with messages that no program takes. */
  readonly alone: ReadonlyArray<{ readonly queue: string; readonly messages: number }>
}

/** Asks about one queue after the other; the channel ends with a queue that is not there. */
const countsOf = async (connection: ChannelModel, prefix: string, queues: ReadonlyArray<string>): Promise<Counts> => {
  const openChannel = async () => {
    const opened = await connection.createChannel()
    return opened.on("error", () => {})
  }
  let channel = await openChannel()
  const shared = Topology.sharedNames(prefix)
  const count = async (name: string) => {
    try {
      return await channel.checkQueue(name)
    } catch {
      channel = await openChannel()
      return undefined
    }
  }
  const counts = { all: 0, there: 0, messages: 0, dead: 0, alone: [] as Array<Counts["alone"][number]> }
  const add = async (name: string) => {
    const found = await count(name)
    counts.all++
    counts.there += found === undefined ? 0 : 1
    counts.messages += found?.messageCount ?? 0
    return found
  }
  for (const queue of queues) {
    const names = Topology.namesOf(prefix, queue)
    const found = [await add(names.bulk), await add(names.express)]
    const messages = found.reduce((sum, lane) => sum + (lane?.messageCount ?? 0), 0)
    if (messages > 0 && found.every((lane) => (lane?.consumerCount ?? 0) === 0)) counts.alone.push({ queue, messages })
  }
  for (const name of shared.retries) await add(name)
  counts.dead = (await add(shared.dead))?.messageCount ?? 0
  await channel.close().catch(() => {})
  return counts
}

const queueFindings = ({ all, alone, dead, messages, there }: Counts): ReadonlyArray<Finding> => [
  fine("queues", `${there} of the ${all} that these services need are there, ${messages} messages in them`),
  ...(alone.length === 0
    ? []
    : [
        odd(
          "consumers",
          `nobody works on ${alone.map(({ messages, queue }) => `${queue} (${messages} messages)`).join(", ")}`,
          "start windmill worker and windmill postprocess, or resume what is paused"
        )
      ]),
  ...(dead === 0 ? [] : [odd("dead letters", `${dead} messages could not be worked on`, "windmill dead-letters list")])
]

/** Files that a node keeps for what comes: a queue takes one or more, and so does a connection. */
const spare = 300

/** What the broker's own numbers say. */
const limitsOf = ({ connections, nodes, queues }: Management.State): ReadonlyArray<Finding> =>
  nodes.flatMap(({ disk_free_alarm: disk, fd_total: total, fd_used: counted, mem_alarm: memory, name }) => {
    const used = counted === undefined || counted === 0 ? queues + connections : counted
    const files = `${used} of ${total} open files used by ${name}, with ${queues} queues and ${connections} connections`
    return [
      ...(total === undefined || total === 0
        ? []
        : [
            total - used >= spare
              ? fine("open files", files)
              : odd(
                  "open files",
                  files,
                  "raise its limit (LimitNOFILE of its service, ulimit -n), or delete queues that nothing uses: without files it accepts no connections"
                )
          ]),
      ...[memory === true && "memory", disk === true && "disk"].flatMap((what) =>
        what === false
          ? []
          : [broken(what, `${name} takes no messages for lack of ${what}`, `give it more ${what}, or empty queues`)]
      )
    ]
  })

const fine = (step: string, detail: string): Finding => ({ subject, step, verdict: "fine", detail })

const odd = (step: string, detail: string, remedy: string): Finding => ({
  subject,
  step,
  verdict: "odd",
  detail,
  remedy
})

const broken = (step: string, detail: string, remedy?: string): Finding => ({
  subject,
  step,
  verdict: "broken",
  detail,
  ...(remedy === undefined ? {} : { remedy })
})
