/** The shortest way to publish with confirmation: messages that are ready, in batches of 512, each confirmed as a whole. */
import * as Amqp from "amqplib"

const { AMQP_URL, BODY, COUNT, HEADERS, QUEUES } = process.env as Record<string, string>

const connection = await Amqp.connect(AMQP_URL!)
const channel = await connection.createConfirmChannel()
const queues = QUEUES!.split(",")
const body = Buffer.from(BODY!)
const headers = JSON.parse(HEADERS!) as Record<string, string>
const start = performance.now()
let inBatch = 0
for (let i = 0; i < Number(COUNT); i++) {
  channel.publish("", queues[i % queues.length]!, body, { persistent: true, headers })
  if (++inBatch === 512) {
    await channel.waitForConfirms()
    inBatch = 0
  }
}
await channel.waitForConfirms()
process.stdout.write(String((performance.now() - start) / 1000))
await connection.close()
