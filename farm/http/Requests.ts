/** The ways to hand an image to a service: upload, raw body, URL or path. */
import { constants, open } from "node:fs/promises"
import type { IncomingMessage } from "node:http"
import { Effect, Schema } from "effect"
import { MultipartParser } from "effect/http"
import type { Terms } from "./Envelope.ts"

/** The request is not one the service takes. `flat` errors have the web framework's shape. */
export class BadRequest extends Schema.TaggedError<BadRequest>()("BadRequest", {
  status: Schema.Int,
  message: Schema.String,
  flat: Schema.optionalKey(Schema.Boolean)
}) {}

/** Largest upload, in bytes. */
export const maximumBytes = 32 * 1024 * 1024

/** Paths that analyze, each with the names its query gives to a URL and to a path. */
const endpoints: Readonly<Record<string, { readonly url: string; readonly file: string }>> = {
  "/analyze": { url: "url", file: "file" },
  "/v3/analyze": { url: "url", file: "file" },
  "/v2/analyze": { url: "image_url", file: "" },
  "/v2/analyze_file": { url: "", file: "file_path" }
}

/** Whether a path is one of the analysis endpoints. */
export const analyzes = (path: string): boolean => path in endpoints

/** The bytes of the image a request is about. */
export const imageOf = (terms: Terms, request: IncomingMessage, target: URL) =>
  request.method === "POST" ? posted(terms, request) : named(terms, target)

const posted = Effect.fnUntraced(function* (terms: Terms, request: IncomingMessage) {
  const body = yield* readBody(request)
  if (body === undefined) {
    const message = "File too large. Maximum size is 32MB"
    return yield* terms.flatTooLarge
      ? new BadRequest({ status: 413, message: "File too large", flat: true })
      : new BadRequest({ status: 400, message })
  }
  const type = request.headers["content-type"] ?? ""
  if (/^(image\/(jpeg|png|webp)|application\/octet-stream)\b/.test(type) && body.length > 0) return body
  const upload = yield* fileField(type, body)
  if (upload === undefined) return yield* missingInput
  if (upload.filename === "") return yield* new BadRequest({ status: 400, message: "No file selected" })
  if (terms.checksExtension && !/\.(png|jpe?g|gif|bmp|webp)$/i.test(upload.filename)) {
    return yield* new BadRequest({ status: 400, message: "File type not allowed" })
  }
  return upload.bytes
})

const named = Effect.fnUntraced(function* (terms: Terms, target: URL) {
  const names = endpoints[target.pathname]
  const url = target.searchParams.get(names?.url ?? "")
  const file = target.searchParams.get(names?.file ?? "")
  if (url !== null && file !== null) {
    return yield* new BadRequest({ status: 400, message: "Cannot provide both 'url' and 'file' parameters" })
  }
  if (url !== null) return yield* download(terms, url)
  if (file !== null) {
    return yield* Effect.tryPromise({
      try: () => readRegular(file),
      catch: () => new BadRequest({ status: terms.missingFile, message: `File not found: ${file}` })
    })
  }
  return yield* missingInput
})

/** The bytes of a regular file within the limit. A pipe or a device is not waited for. */
const readRegular = async (path: string): Promise<Uint8Array> => {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const info = await file.stat()
    if (!info.isFile() || info.size > maximumBytes) throw new Error("no file of that size is read")
    const bytes = Buffer.alloc(info.size)
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0)
    return bytes.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** The bytes of a body, as far as they are within the limit. */
const readAtMost = async (body: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
  const chunks: Array<Uint8Array> = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > maximumBytes) throw new Error("Downloaded file too large")
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const missingInput = Effect.suspend(() =>
  Effect.fail(new BadRequest({ status: 400, message: "Must provide either 'url' or 'file' parameter" }))
)

const download = (terms: Terms, url: string) =>
  Effect.tryPromise({
    try: async (signal) => {
      const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]) })
      if (!response.ok) throw new Error(`${response.status} ${response.statusText}`)
      if (terms.checksMediaType && !response.headers.get("content-type")?.startsWith("image/")) {
        throw new Error("URL does not point to an image")
      }
      return response.body === null ? new Uint8Array() : await readAtMost(response.body)
    },
    catch: (cause) =>
      new BadRequest({
        status: terms.unreachableUrl,
        message: `Failed to download image: ${(cause as Error).message}`
      })
  })

/** The whole body, or `undefined` when it is larger than allowed; the rest is then read and thrown away. */
const readBody = (request: IncomingMessage) =>
  Effect.callback<Buffer | undefined, BadRequest>((resume) => {
    const chunks: Array<Buffer> = []
    let size = 0
    request.on("data", (chunk: Buffer) => {
      size += chunk.length
      if (size <= maximumBytes) chunks.push(chunk)
    })
    request.on("end", () => resume(Effect.succeed(size > maximumBytes ? undefined : Buffer.concat(chunks))))
    request.on("error", (error) => resume(Effect.fail(new BadRequest({ status: 400, message: error.message }))))
  })

/** The content of the form's field `file`; `undefined` when there is none. */
const fileField = (contentType: string, body: Buffer) =>
  Effect.callback<{ readonly filename: string; readonly bytes: Uint8Array } | undefined, BadRequest>((resume) => {
    let upload: { readonly filename: string; readonly chunks: Array<Uint8Array> } | undefined
    const parser = MultipartParser.make({
      headers: { "content-type": contentType },
      isFile: (part) => part.name === "file",
      maxFieldSize: maximumBytes,
      maxPartSize: maximumBytes,
      onField: () => {},
      onFile: (part) => {
        const chunks: Array<Uint8Array> = []
        upload = { filename: part.filename ?? "", chunks }
        return (chunk) => {
          if (chunk !== null) chunks.push(chunk)
        }
      },
      onError: () => resume(missingInput),
      onDone: () => {
        resume(Effect.succeed(upload && { filename: upload.filename, bytes: Buffer.concat(upload.chunks) }))
      }
    })
    parser.write(body)
    parser.end()
  })
