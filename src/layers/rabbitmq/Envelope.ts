/**
 * Messages as RabbitMQ carries them: the body as bytes, the sender's headers as they are, and beside them what windmill and
 * the broker note about the message's way.
 */
import * as NodeCrypto from "node:crypto"
import type * as Amqp from "amqplib"
import * as Messages from "../../domain/Messages.ts"
import type { OutgoingMessage } from "../../services/MessageBroker.ts"
import type { Destination } from "./Topology.ts"

/** A message on its way in RabbitMQ. */
export interface Parcel {
  /** The queue of the program that it belongs to. */
  readonly queue: string
  readonly destination: Destination
  readonly id: string
  readonly content: Buffer
  readonly headers: Readonly<Record<string, unknown>>
}

/** What windmill notes on a message that goes to another place. */
export interface Note {
  readonly attempt: number
  readonly reason?: string
}

/** What a message says. */
export interface Envelope {
  readonly id: string
  /** Of a body that is longer than any message, more than `Messages.longest` characters of its beginning. */
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly attempt: number
  /** Why it was set aside, when it was. */
  readonly reason: string
  /** Whether it was set aside for nothing but that its queue was gone. */
  readonly isLost: boolean
  /** How often it went back to its queue without a decision. */
  readonly returns: number
}

const attemptHeader = "x-windmill-attempt"
const reasonHeader = "x-windmill-reason"
const returnsHeader = "x-delivery-count"

/** Characters of a reason that are kept. */
const longestReason = 4000

/** Bytes of headers that are sent again: all headers of a message together may take 64 KiB. */
const mostHeaders = 60_000

/** Bytes in which more characters are than a message has, whatever they are. */
const mostBytes = 4 * (Messages.longest + 1)

/** Headers that belong to windmill or to the broker, not to the sender. */
const bookkeeping =
  /^x-(windmill-(attempt|reason)|delivery-count|acquired-count|death|(first|last)-death-(exchange|queue|reason))$/

/** A message that was never sent before. */
export const first = ({ body, headers = {}, queue }: OutgoingMessage, destination: Destination): Parcel => ({
  queue,
  destination,
  id: NodeCrypto.randomUUID(),
  content: Buffer.from(body),
  headers
})

/**
 * The same message once more, body and sender's headers unchanged. Headers that no message can be sent with are left out, and
 * the last ones when all together are too large.
 */
export const again = (
  { content, properties }: Amqp.Message,
  queue: string,
  destination: Destination,
  { attempt, reason }: Note
): Parcel => {
  const notes = {
    ...(attempt > 1 ? { [attemptHeader]: attempt } : {}),
    ...(reason === undefined ? {} : { [reasonHeader]: reason.slice(0, longestReason) })
  }
  let room = mostHeaders - sizeOf(notes)
  const senders = Object.entries(properties.headers ?? {}).filter(([name, value]) => {
    if (bookkeeping.test(name)) return false
    const size = sizeOf({ [name]: value })
    const fits = size <= room
    if (fits) room -= size
    return fits
  })
  const headers = { ...Object.fromEntries(senders), ...notes }
  return { queue, destination, id: identify(content, properties), content, headers }
}

/** Reads a message. Headers that are not text are left out of `headers`, though they stay with the message. */
export const read = ({ content, properties }: Amqp.Message): Envelope => {
  const all = properties.headers ?? {}
  const headers: Record<string, string> = {}
  for (const name in all) {
    if (typeof all[name] === "string" && !bookkeeping.test(name)) headers[name] = all[name]
  }
  return {
    id: identify(content, properties),
    body: content.toString("utf8", 0, mostBytes),
    headers,
    attempt: Number.isSafeInteger(all[attemptHeader]) ? Math.max(1, all[attemptHeader]) : 1,
    reason: reasonOf(all),
    isLost: textOf(all[reasonHeader]) === undefined && diedAt(all) === "expired" && isDelay(all["x-first-death-queue"]),
    returns: Number.isSafeInteger(all[returnsHeader]) ? all[returnsHeader] : 0
  }
}

/** Why the broker itself sets messages aside. */
const reasons: Readonly<Record<string, string>> = {
  delivery_limit: "Its consumers went away without settling it, again and again",
  rejected: "Rejected without a reason",
  expired: "Its queue was deleted while it waited for its delay",
  maxlen: "Pushed out of its queue, which a policy limits in length: see rabbitmqctl list_policies"
}

const expiredAtWork = "Expired before it was taken, since a policy has a message-ttl: see rabbitmqctl list_policies"

/** Queues of delays, in which messages are to expire. */
const isDelay = (queue: unknown): boolean => textOf(queue)?.includes("windmill.retry.") ?? true

const reasonOf = (headers: Amqp.MessagePropertyHeaders): string => {
  const ours = textOf(headers[reasonHeader])
  if (ours !== undefined) return ours
  const brokers = diedAt(headers)
  if (brokers === "expired" && !isDelay(headers["x-first-death-queue"])) return expiredAtWork
  return Object.hasOwn(reasons, brokers) ? reasons[brokers]! : brokers
}

/** Why the broker took it from a queue first. */
const diedAt = (headers: Amqp.MessagePropertyHeaders): string => textOf(headers["x-first-death-reason"]) ?? "unknown"

const textOf = (header: unknown): string | undefined => (typeof header === "string" ? header : undefined)

/** At most so many bytes a header takes on its way; infinite when the client cannot encode it. */
const sizeOf = (value: unknown): number => {
  if (typeof value === "string") return 5 + Buffer.byteLength(value)
  if (typeof value === "number") return Number.isFinite(value) ? 9 : Infinity
  if (typeof value !== "object" || value === null) return 2
  if (Buffer.isBuffer(value)) return 5 + value.length
  // The client reads `!` as the name of a type; those it gives to values itself are timestamps and decimals.
  if ("!" in value) return value["!"] === "timestamp" || value["!"] === "decimal" ? 9 : Infinity
  return Object.entries(value).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + 1 + sizeOf(value), 5)
}

/** The id its sender gave it; messages of other programs may have none, and are named after their content. */
const identify = (content: Buffer, { messageId }: Amqp.MessageProperties): string =>
  messageId ?? NodeCrypto.createHash("sha256").update(content).digest("hex").slice(0, 32)
