/**
 * Servers that speak the protocols windmill does, for tests: they really look at the picture they are sent.
 *
 * Each finds the red rectangle in it and answers where that is, in its own words, checking on the way that it was asked as
 * its documentation says. What was asked wrongly is refused, as a real server would.
 */
import { Effect } from "effect"
import type * as NodeHttp from "node:http"
import sharp from "sharp"
import * as HttpServers from "./HttpServers.ts"
import { json } from "./HttpServers.ts"
import { binaryAnswer } from "./Tensors.ts"

/** A picture with a red rectangle on blue ground, as a file. */
export const redPicture = async (
  { box, height, width }: { readonly width: number; readonly height: number; readonly box: Box },
  format: "jpeg" | "png" | "webp" = "png"
) => ({
  bytes: new Uint8Array(
    await sharp({ create: { width, height, channels: 3, background: "#2040a0" } })
      .composite([
        {
          input: { create: { width: box.width, height: box.height, channels: 3, background: "#e01818" } },
          left: box.x,
          top: box.y
        }
      ])
      .removeAlpha()
      .toFormat(format)
      .toBuffer()
  ),
  mediaType: `image/${format}`,
  filename: `red.${format === "jpeg" ? "jpg" : format}`,
  width,
  height
})

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

interface Seen extends Box {
  readonly picture: { readonly width: number; readonly height: number; readonly format: string }
}

/** Where the red is in an encoded picture; fails when it is none. */
const look = async (bytes: Uint8Array): Promise<Seen> => {
  const { format } = await sharp(bytes).metadata()
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const { height, width } = info
  const red = (x: number, y: number) => {
    const [r, g, b] = data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)
    return r! > 150 && g! < 110 && b! < 110
  }
  return { ...extentOf(width, height, red), picture: { width, height, format } }
}

const extentOf = (width: number, height: number, isRed: (x: number, y: number) => boolean): Box => {
  let [left, top, right, bottom] = [width, height, 0, 0]
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!isRed(x, y)) continue
      ;[left, top, right, bottom] = [
        Math.min(left, x),
        Math.min(top, y),
        Math.max(right, x + 1),
        Math.max(bottom, y + 1)
      ]
    }
  }
  return { x: left, y: top, width: right - left, height: bottom - top }
}

/** What a server was asked, for tests to look at. */
export interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: NodeHttp.IncomingHttpHeaders
  readonly body: Buffer
}

/** How one server answers. */
export type Model = (asked: Asked) => Promise<{
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
}>

/** Serves a model until the scope closes; the requests for answers are kept in `asked`. */
export const serve = (model: Model, tls?: HttpServers.ServerTls) => {
  const asked: Array<Asked> = []
  const handler: HttpServers.Handler = (request, response, body) => {
    const question = { method: request.method!, url: request.url!, headers: request.headers, body }
    if (request.method !== "GET") asked.push(question)
    model(question).then(
      ({ body, headers = {}, status = 200 }) =>
        body instanceof Uint8Array
          ? response.writeHead(status, headers).end(body)
          : json(response, status, body, headers),
      (problem: unknown) => json(response, 400, { error: String(problem) })
    )
  }
  return Effect.map(HttpServers.serve(handler, 0, tls), (port) => ({ port, asked }))
}

const notFound = { status: 404, body: { error: "not found" } }

/** The bytes of the file `field` in a form. */
const fileIn = ({ body, headers }: Asked, field: string): Buffer => {
  const boundary = /boundary=(.+)$/.exec(headers["content-type"] ?? "")?.[1] ?? "?"
  const text = body.toString("latin1")
  const part = text.split(`--${boundary}`).find((part) => part.includes(`name="${field}"; filename="`))
  if (part === undefined) throw new Error(`there is no file ${field}`)
  return Buffer.from(part.slice(part.indexOf("\r\n\r\n") + 4, -2), "latin1")
}

/** The text of the field in a form. */
const textIn = ({ body }: Asked, field: string): string | undefined =>
  new RegExp(`name="${field}"\r\n\r\n([^\r]*)\r\n`).exec(body.toString("latin1"))?.[1]

const parsed = ({ body }: Asked) => JSON.parse(body.toString("utf8"))

/** What a model that is told to answer by a JSON schema says. */
const said = (schema: { readonly properties?: object } | undefined, { height, picture, width, x, y }: Seen): string => {
  const properties = Object.keys(schema?.properties ?? {})
  if (properties.includes("caption")) return JSON.stringify({ caption: "A person in red.", objects: ["person"] })
  if (properties.includes("tags")) return JSON.stringify({ tags: ["person", "sky"] })
  const box = [
    (1000 * x) / picture.width,
    (1000 * y) / picture.height,
    (1000 * (x + width)) / picture.width,
    (1000 * (y + height)) / picture.height
  ]
  return JSON.stringify({ objects: [{ label: "person", box }] })
}

export const ollama: Model = async (asked) => {
  if (asked.method === "GET") return asked.url === "/api/version" ? { body: { version: "0.12.6" } } : notFound
  if (asked.url !== "/api/chat") return notFound
  const { format, messages, model, stream } = parsed(asked)
  if (stream !== false) throw new Error("expected stream: false")
  if (model !== "llava") return { status: 404, body: { error: `model "${model}" not found, try pulling it first` } }
  const seen = await look(Buffer.from(messages[0].images[0], "base64"))
  return {
    body: {
      model,
      created_at: "2026-11-20T09:14:02.331874Z",
      message: { role: "assistant", content: said(format, seen) },
      done: true,
      done_reason: "stop",
      total_duration: 1_250_000_000,
      prompt_eval_count: 600,
      eval_count: 20
    }
  }
}

/** With the key `sk-test-0123456789`, below `/v1`. A wrong key is quoted in the refusal, as OpenAI does. */
export const openai: Model = async (asked) => {
  const key = (asked.headers.authorization ?? "").replace("Bearer ", "")
  if (key !== "sk-test-0123456789") {
    return {
      status: 401,
      body: { error: { message: `Incorrect API key provided: ${key}.`, type: "invalid_request_error" } }
    }
  }
  if (asked.method === "GET") return asked.url === "/v1/models" ? { body: { object: "list", data: [] } } : notFound
  if (asked.url !== "/v1/chat/completions") return notFound
  const { messages, model, response_format: format } = parsed(asked)
  const part = messages[0].content.find(({ type }: { readonly type: string }) => type === "image_url")
  const [head, base64] = part.image_url.url.split(",")
  if (!/^data:image\/(png|jpeg|webp);base64$/.test(head)) throw new Error(`not a data URL: ${head}`)
  const content = said(format?.json_schema.schema, await look(Buffer.from(base64, "base64")))
  return {
    body: {
      id: "chatcmpl-1",
      object: "chat.completion",
      model,
      choices: [{ index: 0, message: { role: "assistant", content, refusal: null }, finish_reason: "stop" }],
      usage: { prompt_tokens: 800, completion_tokens: 30, total_tokens: 830 }
    }
  }
}

export const deepstack: Model = async (asked) => {
  if (asked.method !== "POST" || !asked.url.startsWith("/v1/vision/")) return notFound
  const { height, width, x, y } = await look(fileIn(asked, "image"))
  const confidence = 0.9
  if (confidence < Number(textIn(asked, "min_confidence") ?? 0.4)) return { body: { success: true, predictions: [] } }
  if (asked.url.endsWith("/scene")) return { body: { success: true, label: "street", confidence } }
  const corners = { confidence, x_min: x, y_min: y, x_max: x + width, y_max: y + height }
  return {
    body: {
      success: true,
      predictions: [asked.url.endsWith("/face") ? corners : { label: "person", ...corners }],
      inferenceMs: 12,
      code: 200
    }
  }
}

/** A model `yolo` with an input of 320 x 320, floats, channels first, whose output has a column for each of 8 boxes. */
export const kserve: Model = async (asked) => {
  if (asked.method === "GET") return asked.url === "/v2/models/yolo/ready" ? { body: {} } : notFound
  if (asked.url !== "/v2/models/yolo/infer") return notFound
  const length = Number(asked.headers["inference-header-content-length"] ?? asked.body.length)
  const { inputs } = JSON.parse(asked.body.subarray(0, length).toString("utf8"))
  const [{ data, datatype, name, shape }] = inputs
  if (name !== "images" || datatype !== "FP32" || String(shape) !== "1,3,320,320") {
    throw new Error(`unexpected input ${name} ${datatype} ${shape}`)
  }
  const binary = asked.body.subarray(length)
  const values = data === undefined ? new Float32Array(new Uint8Array(binary).buffer) : Float32Array.from(data)
  if (values.length !== 3 * 320 * 320) throw new Error(`the input has ${values.length} values`)
  const at = (channel: number, x: number, y: number) => values[channel * 320 * 320 + y * 320 + x]!
  const isRed = (x: number, y: number) => at(0, x, y) > 0.6 && at(1, x, y) < 0.4 && at(2, x, y) < 0.4
  const { height, width, x, y } = extentOf(320, 320, isRed)
  // The same box twice, and others of no score: what is to be dropped.
  const boxes = Array.from({ length: 8 }, (_, i) => {
    const box = [x + width / 2, y + height / 2, width, height]
    return [...box, i === 0 ? 0.9 : i === 1 ? 0.7 : 0.01, ...Array.from({ length: 79 }, () => 0.02)]
  })
  const output = {
    name: "output0",
    datatype: "FP32",
    shape: [1, 84, 8],
    values: Array.from({ length: 84 }, (_, i) => boxes.map((box) => box[i]!)).flat()
  }
  if (data !== undefined) {
    const { datatype, name, shape, values } = output
    return { body: { model_name: "yolo", outputs: [{ name, datatype, shape, data: values }] } }
  }
  const { bytes, headers } = binaryAnswer([output])
  return { headers: headers as Record<string, string>, body: bytes }
}

/** Loads for the first `loading` requests. */
export const huggingface =
  (loading = 0): Model =>
  async ({ body, headers, method }) => {
    if (method === "GET") return notFound
    if (loading-- > 0) return { status: 503, body: { error: "Model detr is currently loading", estimated_time: 0.2 } }
    if (headers["content-type"]?.startsWith("image/") !== true) throw new Error("expected the bytes of a picture")
    const { height, width, x, y } = await look(body)
    return { body: [{ label: "person", score: 0.9, box: { xmin: x, ymin: y, xmax: x + width, ymax: y + height } }] }
  }

/** Answers `[{name, confidence, box: {x1, y1, x2, y2}}]` to the form with the file `image`, in fractions of the picture. */
export const fractions: Model = async (asked) => {
  if (asked.method === "GET") return notFound
  const { height, picture, width, x, y } = await look(fileIn(asked, "image"))
  const box = {
    x1: x / picture.width,
    y1: y / picture.height,
    x2: (x + width) / picture.width,
    y2: (y + height) / picture.height
  }
  return {
    body: {
      data: { found: [{ name: "person", percent: 90, box }], format: picture.format, conf: textIn(asked, "conf") }
    }
  }
}

/** Speaks our own contract, in pixels of what it is sent. */
export const windmill: Model = async (asked) => {
  if (asked.method === "GET") return asked.url === "/health" ? { body: { status: "healthy" } } : notFound
  const { height, picture, width, x, y } = await look(fileIn(asked, "file"))
  const predictions = [{ label: "person", confidence: 0.9, bbox: { x, y, width, height } }]
  return { body: { status: "success", predictions, metadata: { processing_time: 0.01, picture } } }
}
