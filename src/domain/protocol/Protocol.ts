/**
 * A protocol: how a service is asked about a picture, and what its reply says in the shapes of our own contract.
 *
 * Pure: limits, retries, secrets and connections are the same for every protocol and live with the transport. A module of
 * this folder is one protocol, and `Protocols.ts` lists them.
 */
import type { Result, Schema } from "effect"
import type { EvidenceKind, InputMode } from "../catalog/Service.ts"
import type { ProtocolProblem } from "../reply/ReplyProblem.ts"
import type { BoxEncoding, Size } from "./BoxEncoding.ts"

/** The picture a service wants: a file, or the pixels of a picture of exact size, three bytes each, red first. */
export type PictureForm =
  { readonly _tag: "File" } | { readonly _tag: "Pixels"; readonly size: Size; readonly fit: "letterbox" | "stretch" }

/** What a service is shown: a picture in the wanted form, or where it can read one itself. */
export type Shown =
  | ({ readonly _tag: "Picture"; readonly bytes: Uint8Array; readonly mediaType: string } & Size)
  | { readonly _tag: "Url"; readonly url: string }
  | { readonly _tag: "File"; readonly path: string }

/**
 * The body of a request.
 *
 * - `Form`: multipart, the picture as the file `file` beside `fields`.
 * - `Picture`: the picture as it is.
 * - `Json`: made of the picture in base64, empty when it is not shown as bytes.
 * - `Bytes`: anything else.
 */
export type Body =
  | { readonly _tag: "None" }
  | { readonly _tag: "Form"; readonly file: string; readonly fields: Readonly<Record<string, string>> }
  | { readonly _tag: "Picture" }
  | { readonly _tag: "Json"; readonly json: (base64: string) => Schema.Json }
  | { readonly _tag: "Bytes"; readonly bytes: Uint8Array; readonly contentType: string }

/** A request to the service's endpoint. */
export interface Request {
  readonly method: "GET" | "POST" | "PUT"
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body: Body
}

/** An answer of HTTP 2xx. */
export interface Answered {
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly bytes: Uint8Array
}

/** What the reply is about. */
export interface Asked {
  readonly kind: EvidenceKind
  /** The size of the picture that was asked about, before it was brought into the wanted form; unknown when not shown as bytes. */
  readonly picture: Size | undefined
}

export interface Protocol {
  /** Path and query of the endpoint when the catalog names none, and whether it goes after the path of a `url`. */
  readonly endpoint: { readonly path: string; readonly below: boolean }
  /** Path that says whether the service can serve, placed like the endpoint; `undefined` when the protocol has none. */
  readonly health: string | undefined
  /** How the image can be handed over. */
  readonly inputs: ReadonlyArray<InputMode>
  readonly form: PictureForm
  /** How boxes are written unless the catalog says otherwise; `undefined` when the protocol fixes it. */
  readonly boxes: BoxEncoding | undefined
  readonly request: (shown: Shown) => Request
  /**
   * The reply in the shapes of our contract (`{status, predictions, metadata}`), which `Reply.decode` reads. Boxes are in
   * pixels of the picture that was sent, or as `boxes` says. Total: never throws, whatever the bytes are.
   */
  readonly reply: (answered: Answered, asked: Asked) => Result.Result<Schema.Json, ProtocolProblem>
}
