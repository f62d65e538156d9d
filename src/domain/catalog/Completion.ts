/** Completing an entry of the catalog: what it leaves out, what does not go together. */
import { Duration, Result, Schema } from "effect"
import { ServiceId } from "../Identifiers.ts"
import type * as Problem from "../Problem.ts"
import * as BoxEncoding from "../protocol/BoxEncoding.ts"
import type { Protocol } from "../protocol/Protocol.ts"
import * as Protocols from "../protocol/Protocols.ts"
import * as Address from "./Address.ts"
import type { Entry } from "./Entry.ts"
import { EvidenceKind, type Service } from "./Service.ts"

type Defaults = Required<Pick<Entry, "port" | "kind">> & Entry

/** The thirteen services of the original system on their own ports. */
const defaults: Readonly<Record<string, Defaults>> = {
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

/** The service of an entry, and what is wrong with it; no service when its options cannot be read. */
export const serviceOf = (
  id: string,
  entry: Entry
): { readonly service?: Service; readonly problems: ReadonlyArray<Problem.Problem> } => {
  const problems: Array<Problem.Problem> = []
  const refuse = (setting: string, message: string) => problems.push({ path: `services.${id}${setting}`, message })
  const { port, ...others } = defaults[id] ?? {}
  const isWhereItWas = entry.url === undefined && (entry.api ?? "windmill") === "windmill"
  const merged: Entry = { ...others, ...(isWhereItWas && port !== undefined ? { port } : {}), ...entry }
  if (!isServiceId(id)) refuse("", "Expected a service name of lower-case letters, digits and _")
  if (merged.url !== undefined) {
    for (const part of ["host", "port"] as const) {
      if (merged[part] !== undefined) refuse(`.${part}`, "Given twice: the url says it, too")
    }
  } else if (merged.port === undefined) refuse(".port", "Missing: the port of the service, or its url")
  if (merged.kind === undefined) refuse(".kind", `Missing: one of ${EvidenceKind.literals.join(", ")}`)
  const { api: name = "windmill", input = defaultInput(merged), options = {}, tls } = merged
  const api = Protocols.decode(name, options, ["services", id, "options"])
  if (Result.isFailure(api)) return { problems: [...problems, ...api.failure] }
  const service = complete(id, merged, api.success)
  const protocol = Protocols.of(api.success)
  if (!protocol.inputs.includes(input)) {
    refuse(".input", `Expected ${protocol.inputs.join(" or ")}: ${name} is handed pictures in no other way`)
  }
  if (merged.boxes !== undefined && protocol.boxes === undefined) {
    refuse(".boxes", `${name} says itself how boxes are written: remove it`)
  }
  if (input !== "upload" && service.boxes.unit !== "pixels" && merged.boxes?.unit !== undefined) {
    refuse(".boxes.unit", 'Expected pixels: the size of a picture is known only when "input" is "upload"')
  }
  for (const setting of ["maxPictureSize", "pictureFormats"] as const) {
    if (input !== "upload" && merged[setting] !== undefined) refuse(`.${setting}`, 'Expected "input" to be "upload"')
  }
  if (tls !== undefined && !service.secure) refuse(".tls", "Expected a url that begins with https://")
  if ((tls?.certificate === undefined) !== (tls?.key === undefined)) {
    refuse(".tls", "Expected certificate and key together")
  }
  return { service, problems }
}

/** A server that is told the picture's URL by declaration is handed that. */
const defaultInput = ({ api, options }: Entry): Service["input"] => {
  const picture = options?.["picture"]
  const isUrl = typeof picture === "object" && picture !== null && "as" in picture && picture.as === "url"
  return api === "json" && isUrl ? "url" : "upload"
}

/** All settings of a service; what the entry leaves out is as it usually is. */
const complete = (id: string, entry: Entry, api: Protocols.Api): Service => {
  const protocol = Protocols.of(api)
  const { labels, maxPredictions, minConfidence, rename } = entry
  return {
    id: id as ServiceId,
    api,
    ...addressOf(entry, protocol),
    headers: entry.headers ?? {},
    tls: entry.tls,
    queue: entry.queue ?? `${entry.queue_prefix ?? "queue_"}${id}`,
    kind: entry.kind ?? "specialized",
    input: entry.input ?? defaultInput(entry),
    concurrency: entry.concurrency ?? 2,
    timeout: entry.timeout ?? Duration.seconds(api.name === "ollama" || api.name === "openai" ? 120 : 30),
    crops: entry.crops,
    vocabulary: entry.vocabulary,
    trust: entry.trust ?? 1,
    align: entry.align,
    category: entry.category ?? "primary",
    boxes: { ...(protocol.boxes ?? BoxEncoding.standard), ...entry.boxes },
    maxPictureSize: entry.maxPictureSize,
    pictureFormats: entry.pictureFormats,
    selection: {
      ...(minConfidence === undefined ? {} : { minConfidence }),
      ...(labels === undefined ? {} : { labels }),
      ...(rename === undefined ? {} : { rename }),
      ...(maxPredictions === undefined ? {} : { maxPredictions })
    }
  }
}

/**
 * Where the service is asked, and about its health. The path of a `url` is the endpoint, or what a protocol with paths of
 * its own puts them after; `endpoint` replaces it. A `health` is a path from the root of the host.
 */
const addressOf = (entry: Entry, { endpoint, health }: Protocol): Pick<Service, keyof Address.Address | "health"> => {
  const { host = "127.0.0.1", port = 0 } = entry
  const url = entry.url === undefined ? undefined : Result.getOrUndefined(Address.ofUrl(entry.url))
  const address = url ?? { secure: false, host: Address.withoutBrackets(host), port, endpoint: "/" }
  const isBare = address.endpoint === "/"
  const own = endpoint.below || isBare ? Address.below(address.endpoint, endpoint.path) : address.endpoint
  const usual = health !== undefined && endpoint.below ? Address.below(address.endpoint, health) : health
  return {
    ...address,
    endpoint: entry.endpoint ?? own,
    health: entry.health === "none" ? undefined : (entry.health ?? usual)
  }
}

const isServiceId = Schema.is(ServiceId)

/** The thirteen, as they are without an entry. */
export const known: ReadonlyArray<Service> = Object.entries(defaults).map(([id, entry]) =>
  complete(id, entry, Protocols.standard)
)
