/**
 * The one list of services: where each is, what kind of evidence it gives, how it wants the image.
 *
 * Decoded from `service_config.json`. The thirteen services windmill knows need only what differs from their defaults
 * (`"colors": {"port": 7770}`); any other service is one entry that also names its `port` and `kind`.
 */
import { Duration, Result, Schema } from "effect"
import { Offsets } from "./harmonization/Alignment.ts"
import { ServiceId } from "./Identifiers.ts"
import * as Problem from "./Problem.ts"

/** What a service's answers are evidence of. */
export const EvidenceKind = Schema.Literals([
  "spatial",
  "semantic",
  "classification",
  "specialized",
  "color",
  "metadata"
])
export type EvidenceKind = typeof EvidenceKind.Type

/** How the image reaches the service: as bytes, as a URL it fetches, or as a path on its own disk. */
export const InputMode = Schema.Literals(["upload", "url", "file"])
export type InputMode = typeof InputMode.Type

/** Which harmonized boxes the service wants as crops. */
export const CropWish = Schema.Literals(["all", "person"])
export type CropWish = typeof CropWish.Type

/** One service, complete. */
export interface Service {
  readonly id: ServiceId
  readonly host: string
  readonly port: number
  /** Path of the analysis endpoint, from `/`. */
  readonly endpoint: string
  /** Name of the queue its workers consume. */
  readonly queue: string
  readonly kind: EvidenceKind
  readonly input: InputMode
  /** Requests one worker process keeps in flight. */
  readonly concurrency: number
  /** How long one request may take. */
  readonly timeout: Duration.Duration
  readonly crops: CropWish | undefined
  /** Names of what a detector can see: `coco80`, or labels. `undefined`: anything. */
  readonly vocabulary: "coco80" | ReadonlyArray<string> | undefined
  /** Weight of the service's word in `[0, 1]`. */
  readonly trust: number
  /** How a detector's boxes are moved before they are compared; `undefined`: they stay. */
  readonly align: Offsets | undefined
  /** `primary` services are asked about whole images by default; `spatial_only` ones are made for crops. */
  readonly category: "primary" | "spatial_only"
}

/** The services in name order. */
export type ServiceCatalog = ReadonlyArray<Service>

const Entry = Schema.Struct({
  host: Schema.optionalKey(Schema.NonEmptyString),
  port: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 65535 }))),
  endpoint: Schema.optionalKey(
    Schema.String.check(Schema.isPattern(/^\//, { message: "Expected a path that begins with /" }))
  ),
  queue: Schema.optionalKey(Schema.NonEmptyString),
  queue_prefix: Schema.optionalKey(Schema.NonEmptyString),
  kind: Schema.optionalKey(EvidenceKind),
  input: Schema.optionalKey(InputMode),
  concurrency: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 256 }))),
  timeout: Schema.optionalKey(Schema.DurationFromString),
  crops: Schema.optionalKey(CropWish),
  vocabulary: Schema.optionalKey(Schema.Union([Schema.Literal("coco80"), Schema.Array(Schema.NonEmptyString)])),
  trust: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))),
  align: Schema.optionalKey(Offsets),
  category: Schema.optionalKey(Schema.Literals(["primary", "spatial_only"])),
  description: Schema.optionalKey(Schema.String)
})
type Entry = typeof Entry.Type

const File = Schema.Struct({ services: Schema.Record(Schema.String, Entry) })

type Defaults = Required<Pick<Entry, "port" | "kind">> & Entry

/** The thirteen services of the original system on their own ports. */
const known: Readonly<Record<string, Defaults>> = {
  blip: { port: 7777, kind: "semantic" },
  clip: { port: 7778, kind: "classification" },
  colors: { port: 7770, kind: "color", crops: "all" },
  detectron2: { port: 7771, kind: "spatial", vocabulary: "coco80" },
  face: { port: 7772, kind: "specialized", crops: "person", category: "spatial_only" },
  inception_v3: { port: 7779, kind: "classification" },
  metadata: { port: 7781, kind: "metadata" },
  nsfw2: { port: 7774, kind: "specialized" },
  ocr: { port: 7775, kind: "specialized" },
  ollama: { port: 7782, kind: "semantic", timeout: Duration.minutes(2) },
  pose: { port: 7786, kind: "specialized", crops: "person", category: "spatial_only" },
  rtdetr: { port: 7780, kind: "spatial", vocabulary: "coco80" },
  yolov8: { port: 7773, kind: "spatial", vocabulary: "coco80" }
}

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
    const at = `services.${id}`
    const defaults: Entry = known[id] ?? {}
    const merged = { ...defaults, ...entry }
    if (!isServiceId(id)) {
      problems.push({ path: at, message: "Expected a service name of lower-case letters, digits and _" })
    }
    if (merged.port === undefined) problems.push({ path: `${at}.port`, message: "Missing: the port of the service" })
    if (merged.kind === undefined) {
      problems.push({ path: `${at}.kind`, message: `Missing: one of ${EvidenceKind.literals.join(", ")}` })
    }
    services.push(complete(id, merged))
  }
  if (Object.keys(file.success.services).length === 0) {
    problems.push({ path: "services", message: "Expected at least one service" })
  }
  problems.push(...sharedBy(services, "queue", (service) => service.queue))
  problems.push(...sharedBy(services, "port", (service) => `${service.host}:${service.port}`))
  return problems.length > 0 ? Result.fail(problems) : Result.succeed(services)
}

/** All thirteen services on `127.0.0.1`, each on its own port. */
export const standard: ServiceCatalog = Object.entries(known).map(([id, entry]) => complete(id, entry))

/** The service of that name. */
export const find = (self: ServiceCatalog, id: string): Service | undefined => self.find((service) => service.id === id)

/** The service of a name that comes from the catalog itself. */
export const get = (self: ServiceCatalog, id: ServiceId): Service => self.find((service) => service.id === id)!

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
export const analyzeUrl = (self: Service): string => `http://${self.host}:${self.port}${self.endpoint}`

/** The address at which a service says whether it can serve. */
export const healthUrl = (self: Service): string => `http://${self.host}:${self.port}/health`

const isServiceId = Schema.is(ServiceId)

function complete(id: string, entry: Entry): Service {
  return {
    id: id as ServiceId,
    host: entry.host ?? "127.0.0.1",
    port: entry.port ?? 0,
    endpoint: entry.endpoint ?? "/analyze",
    queue: entry.queue ?? `${entry.queue_prefix ?? "queue_"}${id}`,
    kind: entry.kind ?? "specialized",
    input: entry.input ?? "upload",
    concurrency: entry.concurrency ?? 2,
    timeout: entry.timeout ?? Duration.seconds(30),
    crops: entry.crops,
    vocabulary: entry.vocabulary,
    trust: entry.trust ?? 1,
    align: entry.align,
    category: entry.category ?? "primary"
  }
}

const sharedBy = (
  services: ReadonlyArray<Service>,
  setting: string,
  value: (service: Service) => string
): ReadonlyArray<Problem.Problem> => {
  const first = new Map<string, ServiceId>()
  return services.flatMap((service) => {
    const owner = first.get(value(service))
    if (owner !== undefined) {
      return [{ path: `services.${service.id}.${setting}`, message: `${value(service)} is already used by ${owner}` }]
    }
    first.set(value(service), service.id)
    return []
  })
}
