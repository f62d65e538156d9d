/** Drawings by sharp, over pictures as services were sent them: upright. */
import { Effect, Layer } from "effect"
import sharp, { type Sharp } from "sharp"
import type { EncodedImage } from "../../domain/ImageReference.ts"
import { type DrawOptions, RenderError, Renderer } from "../../services/Renderer.ts"
import * as Decoding from "./Decoding.ts"

const defaultQuality = 85

const draw = Effect.fn("Renderer.draw")(function* (svg: string, options: DrawOptions) {
  const drawing = yield* attempt(() => rasterize(svg, options.width))
  if (options.over === undefined)
    return yield* attempt(() => encode(sharp(drawing.data, { raw: drawing.info }), options))
  const picture = yield* pixelsOf(options.over, drawing.info)
  blend(drawing.data, picture.data)
  return yield* attempt(() => encode(sharp(picture.data, { raw: picture.info }), options))
})

export const layer = Layer.succeed(Renderer, Renderer.of({ draw }))

/** Renders at the wanted width instead of scaling pixels, so that lines stay sharp. Four bytes for each pixel: red, green, blue, opacity. */
const rasterize = async (svg: string, width: number | undefined) => {
  const bytes = Buffer.from(svg)
  const rendered = width === undefined ? sharp(bytes) : await atWidth(bytes, width)
  return rendered.ensureAlpha().raw().toBuffer({ resolveWithObject: true })
}

const atWidth = async (svg: Buffer, width: number): Promise<Sharp> => {
  const own = await sharp(svg).metadata()
  return sharp(svg, { density: Math.min(100_000, (72 * width) / own.width) }).resize(
    width,
    Math.max(1, Math.round((own.height * width) / own.width)),
    { fit: "fill" }
  )
}

const encode = (picture: Sharp, { format, quality = defaultQuality }: DrawOptions): Promise<Uint8Array> =>
  (format === "png" ? picture.png() : picture.flatten({ background: "white" }).jpeg({ quality })).toBuffer()

/** The picture in that size: three bytes for each pixel. */
const pixelsOf = ({ bytes, height, width }: EncodedImage, size: { readonly width: number; readonly height: number }) =>
  Decoding.run({ bytes, pixels: width * height }, (source) =>
    source
      .resize(size.width, size.height, { fit: "fill" })
      .flatten({ background: "white" })
      .toColourspace("srgb")
      .raw()
      .toBuffer({ resolveWithObject: true })
  ).pipe(Effect.mapError(failureOf))

/** Lays a drawing over a picture of its size, in its memory. Most of a drawing is clear, which sharp would blend as well. */
const blend = (drawing: Uint8Array, picture: Uint8Array): void => {
  for (let from = 0, to = 0; from < drawing.length; from += 4, to += 3) {
    const opacity = drawing[from + 3]!
    if (opacity === 0) continue
    for (let channel = 0; channel < 3; channel++) {
      const below = picture[to + channel]!
      picture[to + channel] = below + Math.round(((drawing[from + channel]! - below) * opacity) / 255)
    }
  }
}

const attempt = <A>(evaluate: () => Promise<A>): Effect.Effect<A, RenderError> =>
  Effect.tryPromise({ try: evaluate, catch: (cause) => failureOf(cause as Error) })

const failureOf = ({ message }: Error) => new RenderError({ detail: message })
