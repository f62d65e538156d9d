/** Pictures on their way to the API: what was taken, and what was refused and why. They go on while other pages are shown. */
import { computed, signal } from "@preact/signals"
import { address } from "../Client.ts"

/** A picture as a file, or the address of one. */
export type Picture = File | string

/** What is wished of pictures; empty means none. */
export interface Wishes {
  readonly group: string
  readonly services: string
}

export interface Sending {
  readonly picture: Picture
  readonly wishes: Wishes
  readonly state: "waiting" | "sending" | "taken" | "known" | "refused"
  /** Why it was refused. */
  readonly reason?: string
}

/** Pictures that are sent at the same time. */
const atOnce = 3

const all = signal<ReadonlyArray<Sending>>([])

export const sendings = computed(() => all.value)

export const nameOf = (picture: Picture): string => (typeof picture === "string" ? picture : picture.name)

/** Sends pictures, in their order. */
export const add = (pictures: ReadonlyArray<Picture>, wishes: Wishes): void => {
  all.value = [...all.value, ...pictures.map((picture): Sending => ({ picture, wishes, state: "waiting" }))]
  next()
}

/** Sends again what was refused. */
export const retry = (): void => {
  all.value = all.value.map(({ picture, state, wishes }) =>
    state === "refused" ? { picture, wishes, state: "waiting" } : { picture, wishes, state }
  )
  next()
}

/** Forgets what has come to an end. */
export const clear = (): void => {
  all.value = all.value.filter(({ state }) => state === "waiting" || state === "sending")
}

const next = (): void => {
  const free = atOnce - all.value.filter(({ state }) => state === "sending").length
  for (const sending of all.value.filter(({ state }) => state === "waiting").slice(0, free)) void send(sending)
}

const change = (from: Sending, to: Sending): Sending => {
  all.value = all.value.map((each) => (each === from ? to : each))
  return to
}

const send = async (waiting: Sending): Promise<void> => {
  const sending = change(waiting, { ...waiting, state: "sending" })
  change(sending, { ...sending, ...(await post(sending)) })
  next()
}

type Ending = Pick<Sending, "state" | "reason">

const post = async ({ picture, wishes }: Sending): Promise<Ending> => {
  try {
    const response = await fetch(address("images"), { method: "POST", ...bodyOf(picture, wishes) })
    const answer = (await response.json()) as { readonly detail?: string; readonly isNew?: boolean }
    if (response.ok) return { state: answer.isNew === true ? "taken" : "known" }
    return { state: "refused", reason: answer.detail ?? response.statusText }
  } catch {
    return { state: "refused", reason: "The API does not answer. Is it still running?" }
  }
}

const bodyOf = (picture: Picture, wishes: Wishes): Pick<RequestInit, "body" | "headers"> => {
  const given = Object.entries(wishes).filter(([, value]) => value !== "")
  if (typeof picture === "string") {
    return {
      body: JSON.stringify({ url: picture, ...Object.fromEntries(given) }),
      headers: { "content-type": "application/json" }
    }
  }
  const form = new FormData()
  for (const [name, value] of given) form.append(name, value)
  form.append("file", picture)
  return { body: form }
}
