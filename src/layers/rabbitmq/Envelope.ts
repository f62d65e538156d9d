/**
 * Messages as RabbitMQ carries them: the body as bytes, the sender's headers as they are, and beside them what windmill and
 * the broker note about the message's way.
 */
import * as NodeCrypto from "node:crypto"
import type * as Amqp from "amqplib"
import type { OutgoingMessage } from "../../services/MessageBroker.ts"

/** A message on its way to a queue in RabbitMQ. */
export interface Parcel {
  /** The queue of the program that it belongs to. */
  readonly queue: string
  /** The name of the queue in RabbitMQ. */
  readonly destination: string
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
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly attempt: number
  /** Why it was set aside, when it was. */
  readonly reason: string
  /** How often it went back to its queue without a decision. */
  readonly returns: number
}

const attemptHeader = "x-windmill-attempt"
const reasonHeader = "x-windmill-reason"
const returnsHeader = "x-delivery-count"

/** Characters of a reason that are kept: all headers of a message together may take 64 KiB. */
const longestReason = 4000

/** Headers that belong to windmill or to the broker, not to the sender. */
const bookkeeping =
  /^x-(windmill-(attempt|reason)|delivery-count|acquired-count|death|(first|last)-death-(exchange|queue|reason))$/

/** A message that was never sent before. */
export const first = ({ body, headers = {}, queue }: OutgoingMessage, destination: string): Parcel => ({
  queue,
  destination,
  id: NodeCrypto.randomUUID(),
  content: Buffer.from(body),
  headers
})

/** The same message once more, body and sender's headers unchanged. */
export const again = (
  { content, properties }: Amqp.Message,
  queue: string,
  destination: string,
  { attempt, reason }: Note
): Parcel => {
  const headers: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(properties.headers ?? {})) {
    if (!bookkeeping.test(name)) headers[name] = value
  }
  if (attempt > 1) headers[attemptHeader] = attempt
  if (reason !== undefined) headers[reasonHeader] = reason.slice(0, longestReason)
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
    body: content.toString(),
    headers,
    attempt: Number.isSafeInteger(all[attemptHeader]) ? Math.max(1, all[attemptHeader]) : 1,
    reason: reasonOf(all),
    returns: Number.isSafeInteger(all[returnsHeader]) ? all[returnsHeader] : 0
  }
}

/** Why the broker itself sets messages aside. */
const reasons: Readonly<Record<string, string>> = {
  delivery_limit: "Its consumers went away without settling it, again and again",
  rejected: "Rejected without a reason",
  expired: "Expired"
}

const reasonOf = (headers: Amqp.MessagePropertyHeaders): string => {
  const brokers = headers["x-first-death-reason"] ?? "unknown"
  return String(headers[reasonHeader] ?? reasons[brokers] ?? brokers)
}

/** The id its sender gave it; messages of other programs may have none, and are named after their content. */
const identify = (content: Buffer, { messageId }: Amqp.MessageProperties): string =>
  messageId ?? NodeCrypto.createHash("sha256").update(content).digest("hex").slice(0, 32)
