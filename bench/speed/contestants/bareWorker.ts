/** The loop that anybody would write: amqplib, fetch, and one insert per message. */
import * as Amqp from "amqplib"
import { readFile } from "node:fs/promises"
import { Pool } from "pg"

const { AMQP_URL, DATABASE_URL, PREFETCH, QUEUE, SERVICE_URL } = process.env as Record<string, string>

const pool = new Pool({ connectionString: DATABASE_URL!, max: 10 })
const connection = await Amqp.connect(AMQP_URL!)
const channel = await connection.createChannel()
await channel.prefetch(Number(PREFETCH))
await channel.consume(QUEUE!, async (message) => {
  const job = JSON.parse(message!.content.toString())
  const form = new FormData()
  form.append("file", new Blob([await readFile(job.image.path)], { type: "image/jpeg" }), job.image.filename)
  const response = await fetch(SERVICE_URL!, { method: "POST", body: form })
  const reply = await response.text()
  await pool.query(
    "INSERT INTO results (image_id, service, status, data, worker_id) VALUES ($1, $2, 'success', $3, 'bare')",
    [job.image_id, job.service, reply]
  )
  channel.ack(message!)
})
