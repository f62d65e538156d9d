/** A service as `service_config.json` has it. */
import { Schema } from "effect"
import * as Amounts from "../Amounts.ts"
import { Offsets } from "../harmonization/Alignment.ts"
import { BoxForm, BoxUnit } from "../protocol/BoxEncoding.ts"
import * as Protocols from "../protocol/Protocols.ts"
import * as Address from "./Address.ts"
import * as Selection from "./Selection.ts"
import { CropWish, EvidenceKind, InputMode, PictureFormat, Tls } from "./Service.ts"

const RootedPath = Schema.String.check(Schema.isPattern(/^\//, { message: "Expected a path that begins with /" }))

const Host = Schema.NonEmptyString.check(Schema.makeFilter((host) => Address.hostProblem(host)))

const Url = Schema.String.check(
  Schema.makeFilter((text) => {
    const url = Address.ofUrl(text)
    return url._tag === "Failure" ? url.failure : undefined
  })
)

const HeaderName = Schema.String.check(
  Schema.isPattern(/^[!#$%&'*+.^_`|~\w-]+$/, { message: "Expected the name of a header" })
)
const HeaderValue = Schema.String.check(
  Schema.isPattern(/^[\t\x20-\x7e\x80-\xff]*$/, { message: "Expected the value of a header, without line breaks" })
)

export const Entry = Schema.Struct({
  api: Schema.optionalKey(Protocols.Name),
  /** Of the protocol; `Protocols.decode` reads them. */
  options: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json)),
  url: Schema.optionalKey(Url),
  host: Schema.optionalKey(Host),
  port: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 65535 }))),
  endpoint: Schema.optionalKey(RootedPath),
  health: Schema.optionalKey(
    Schema.String.check(Schema.isPattern(/^(\/|none$)/, { message: "Expected a path that begins with /, or none" }))
  ),
  headers: Schema.optionalKey(Schema.Record(HeaderName, HeaderValue)),
  tls: Schema.optionalKey(Tls),
  queue: Schema.optionalKey(Schema.NonEmptyString),
  queue_prefix: Schema.optionalKey(Schema.NonEmptyString),
  kind: Schema.optionalKey(EvidenceKind),
  input: Schema.optionalKey(InputMode),
  concurrency: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 256 }))),
  timeout: Schema.optionalKey(Amounts.Wait),
  crops: Schema.optionalKey(CropWish),
  vocabulary: Schema.optionalKey(Schema.Union([Schema.Literal("coco80"), Schema.Array(Schema.NonEmptyString)])),
  trust: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))),
  align: Schema.optionalKey(Offsets),
  category: Schema.optionalKey(Schema.Literals(["primary", "spatial_only"])),
  boxes: Schema.optionalKey(Schema.Struct({ form: Schema.optionalKey(BoxForm), unit: Schema.optionalKey(BoxUnit) })),
  maxPictureSize: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 16, maximum: 65535 }))),
  pictureFormats: Schema.optionalKey(Schema.NonEmptyArray(PictureFormat)),
  ...Selection.settings,
  description: Schema.optionalKey(Schema.String)
})
export type Entry = typeof Entry.Type
