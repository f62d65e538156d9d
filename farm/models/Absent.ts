/** Services that are not in a run because no model answers for them here, and how to get one. */

export interface Absent {
  /** The service, or what it would say. */
  readonly service: string
  /** Why it is not in the run, and what to do: one sentence. */
  readonly reason: string
}

/** What no package of the default install carries. */
export const notInstalled: ReadonlyArray<Absent> = [
  { service: "labels", reason: "no package carries a classifier; name a service of your own with --config." }
]

/** Where an Ollama usually answers. */
const ollama = "http://127.0.0.1:11434"

/** Captions: offered from an Ollama that answers on this machine, which is asked for a third of a second. */
export const captions = async (address = ollama): Promise<Absent> => {
  const models = await fetch(`${address}/api/tags`, { signal: AbortSignal.timeout(300) })
    .then((response) => response.json() as Promise<{ readonly models?: ReadonlyArray<{ readonly name?: unknown }> }>)
    .then(({ models = [] }) => models.map(({ name }) => String(name)))
    .catch(() => undefined)
  const reason =
    models === undefined
      ? "no package carries a captioner; start an Ollama with a vision model, or name a service of your own, with --config."
      : `an Ollama answers at ${address}${models.length > 0 ? ` (${models.slice(0, 3).join(", ")})` : ""}: name it with --config to have its captions in the run.`
  return { service: "captions", reason }
}
