/**
 * The one list of services: where each is, what kind of evidence it gives, how it wants the image.
 *
 * Decoded from `service_config.json`. The thirteen services windmill knows need only what differs from their defaults
 * (`"colors": {"port": 7770}`); any other service is one entry that also names its `kind`, its `port` or `url`, and, when it
 * does not answer as our contract asks, the protocol it speaks (`api`).
 */
import { Result, Schema } from "effect"
import * as Address from "./catalog/Address.ts"
import { Entry } from "./catalog/Entry.ts"
import * as Completion from "./catalog/Completion.ts"
import type { EvidenceKind, Service } from "./catalog/Service.ts"
import type { ServiceId } from "./Identifiers.ts"
import * as Problem from "./Problem.ts"

export { CropWish, EvidenceKind, InputMode, type Service } from "./catalog/Service.ts"

/** The services in name order. */
export type ServiceCatalog = ReadonlyArray<Service>

const File = Schema.Struct({ services: Schema.Record(Schema.String, Entry) })

/**
 * Reads the parsed JSON of a `service_config.json`. A failure lists every problem of the file, each with its path.
 */
export const decode = (json: unknown): Result.Result<ServiceCatalog, ReadonlyArray<Problem.Problem>> => {
  const file = Schema.decodeUnknownResult(File, { errors: "all", onExcessProperty: "error" })(json)
  if (Result.isFailure(file))
    return Result.fail(
      Problem.ofIssue(file.failure.issue, { unknown: "Unknown setting: remove it or correct its spelling" })
    )
  const problems: Array<Problem.Problem> = []
  const services: Array<Service> = []
  for (const [id, entry] of Object.entries(file.success.services).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const found = Completion.serviceOf(id, entry)
    problems.push(...found.problems)
    if (found.service !== undefined) services.push(found.service)
  }
  if (Object.keys(file.success.services).length === 0) {
    problems.push({ path: "services", message: "Expected at least one service" })
  }
  problems.push(
    ...sharedBy(
      services,
      () => "queue",
      ({ queue }) => ({ value: queue, shown: queue })
    )
  )
  problems.push(
    ...sharedBy(
      services,
      ({ id }) => (file.success.services[id]?.url === undefined ? "port" : "url"),
      ({ api, headers, ...service }) => ({
        value: JSON.stringify([analyzeUrl(service), api, headers]),
        shown: shownUrl({ api, headers, ...service })
      })
    )
  )
  return problems.length > 0 ? Result.fail(problems) : Result.succeed(services)
}

/** All thirteen services on `127.0.0.1`, each on its own port. */
export const standard: ServiceCatalog = Completion.known

/** The service of that name. */
export const find = (self: ServiceCatalog, id: string): Service | undefined => self.find((service) => service.id === id)

/** The service of a name that comes from the catalog itself. */
export const get = (self: ServiceCatalog, id: ServiceId): Service => self.find((service) => service.id === id)!

/** The ids of all services. */
export const idsOf = (self: ServiceCatalog): ReadonlyArray<ServiceId> => self.map(({ id }) => id)

/** The services of one kind, in name order. */
export const ofKind = (self: ServiceCatalog, kind: EvidenceKind): ReadonlyArray<Service> =>
  self.filter((service) => service.kind === kind)

/**
 * The services named by a comma-separated list: names, `all`, or a category (`primary`, `spatial_only`). A failure
 * names every unknown word.
 */
export const select = (
  self: ServiceCatalog,
  words: string
): Result.Result<ReadonlyArray<Service>, ReadonlyArray<string>> => {
  const wanted = words
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "")
  const matches = (service: Service, word: string) => word === "all" || word === service.id || word === service.category
  const unknown = wanted.filter((word) => !self.some((service) => matches(service, word)))
  if (unknown.length > 0 || wanted.length === 0) return Result.fail(unknown)
  return Result.succeed(self.filter((service) => wanted.some((word) => matches(service, word))))
}

/** The address of a service's analysis endpoint. */
export const analyzeUrl = (self: Pick<Service, "secure" | "host" | "port" | "endpoint">): string =>
  Address.urlOf(self, self.endpoint)

/** The same as people are shown it: a query may hold a key. */
export const shownUrl = (self: Service): string => analyzeUrl(self).replace(/\?.*$/, "")

/** The address at which a service says whether it can serve; `undefined` when it has none. */
export const healthUrl = (self: Service): string | undefined =>
  self.health === undefined ? undefined : Address.urlOf(self, self.health)

const sharedBy = (
  services: ReadonlyArray<Service>,
  setting: (service: Service) => string,
  same: (service: Service) => { readonly value: string; readonly shown: string }
): ReadonlyArray<Problem.Problem> => {
  const first = new Map<string, ServiceId>()
  return services.flatMap((service) => {
    const { shown, value } = same(service)
    const owner = first.get(value)
    if (owner !== undefined) {
      return [{ path: `services.${service.id}.${setting(service)}`, message: `${shown} is already used by ${owner}` }]
    }
    first.set(value, service.id)
    return []
  })
}
