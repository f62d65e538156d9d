/**
 * What the settings of a service take from the environment: `${NAME}` in headers, options and the query of an address.
 *
 * Values are looked up when the service is asked first, so that programs that never ask it need not have them.
 */
import { Config, Effect, Redacted } from "effect"
import type { Service } from "../../domain/ServiceCatalog.ts"

/** A service with its secrets in place, and how to keep them out of what is written down. */
export interface Opened {
  readonly service: Service
  /** The text without any of the secrets. */
  readonly hide: (text: string) => string
}

/** Where there are no secrets. */
export const hideNothing: Opened["hide"] = (text) => text

const variable = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g

/** The service with every `${NAME}` replaced. Fails with the names of variables that are not set. */
export const open = Effect.fnUntraced(function* (service: Service) {
  const named = new Set([...JSON.stringify(partsOf(service)).matchAll(variable)].map(([, name]) => name!))
  const values = new Map<string, Redacted.Redacted>()
  const unset: Array<string> = []
  for (const name of named) {
    const value = yield* Effect.option(Config.Redacted(name))
    if (value._tag === "Some") values.set(name, value.value)
    else unset.push(name)
  }
  if (unset.length > 0) return yield* Effect.fail(unset)
  const fill = (text: string) => text.replace(variable, (_, name: string) => Redacted.value(values.get(name)!))
  const opened = { ...service, ...(mapTexts(partsOf(service), fill) as ReturnType<typeof partsOf>) }
  const secrets = [...[...values.values()].map(Redacted.value), ...writtenOut(opened)].filter(
    (secret) => secret.length >= shortest
  )
  const hide =
    secrets.length === 0
      ? hideNothing
      : (text: string) => secrets.reduce((hidden, secret) => hidden.replaceAll(secret, "…"), text)
  return { service: opened, hide } satisfies Opened
})

/** Shorter ones would be found in every other word. */
const shortest = 4

const partsOf = ({ api, endpoint, headers }: Service) => ({ api, endpoint, headers })

/** Credentials that stand in the catalog as they are: the last word of such headers. */
const writtenOut = ({ headers }: Service): ReadonlyArray<string> =>
  Object.entries(headers).flatMap(([name, value]) =>
    /authorization|key|token|secret|cookie|password/i.test(name) ? [value.split(" ").at(-1)!] : []
  )

const mapTexts = (value: unknown, f: (text: string) => string): unknown => {
  if (typeof value === "string") return f(value)
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, f))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapTexts(item, f)]))
}
