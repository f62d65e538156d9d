/** Services that are not in a run because no model answers for them here, and how to get one. */
import { adding } from "./Weights.ts"

export interface Absent {
  /** The service, or what it would say. */
  readonly service: string
  /** Why it is not in the run, and what to do: one sentence. */
  readonly reason: string
}

/** Where an Ollama usually answers. */
const ollama = "http://127.0.0.1:11434"

/**
 * Captions that no model of the farm writes: offered from an Ollama that answers on this machine, which is asked for a third
 * of a second; `undefined` when there is none.
 */
export const captions = async (address = ollama): Promise<Absent | undefined> => {
  const models = await fetch(`${address}/api/tags`, { signal: AbortSignal.timeout(300) })
    .then((response) => response.json() as Promise<{ readonly models?: ReadonlyArray<{ readonly name?: unknown }> }>)
    .then(({ models = [] }) => models.map(({ name }) => String(name)))
    .catch(() => undefined)
  return models === undefined
    ? undefined
    : {
        service: "captions",
        reason: `an Ollama answers at ${address}${models.length > 0 ? ` (${models.slice(0, 3).join(", ")})` : ""}: name it with --config to have its captions in the run, or run ${adding("captions")}.`
      }
}
