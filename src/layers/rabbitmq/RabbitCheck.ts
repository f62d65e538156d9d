/** How the broker of the environment is: version, permissions, limits. A queue of its own is made, used and gone again. */
import { Effect } from "effect"
import type { Finding } from "../../domain/Finding.ts"
import * as Connection from "./Connection.ts"
import * as RabbitAddress from "./RabbitAddress.ts"

const subject = "RabbitMQ"

/** The steps; the last one is broken when there is one that is. */
export const check: Effect.Effect<ReadonlyArray<Finding>> = Effect.gen(function* () {
  const address = yield* RabbitAddress.Address
  return yield* Effect.promise(() => look(address)).pipe(
    Effect.timeoutOrElse({
      duration: "15 seconds",
      orElse: () =>
        Effect.succeed([broken("connection", `${address.host}:${address.port} does not answer`, unreachable)])
    })
  )
}).pipe(
  Effect.provide(RabbitAddress.addressFromEnvironment),
  Effect.catch((error) => Effect.succeed([broken("connection", error.message)])),
  Effect.withSpan("RabbitCheck.check")
)

const unreachable =
  "start the broker, or correct QUEUE_HOST and QUEUE_PORT, or AMQP_URL; a broker out of file handles accepts no connections either " +
  "(raise its limit, use fewer queues)"

const look = async (address: RabbitAddress.Address["Service"]): Promise<ReadonlyArray<Finding>> => {
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
  } finally {
    await connection.close().catch(() => {})
  }
  return findings
}

const broken = (step: string, detail: string, remedy?: string): Finding => ({
  subject,
  step,
  verdict: "broken",
  detail,
  ...(remedy === undefined ? {} : { remedy })
})
