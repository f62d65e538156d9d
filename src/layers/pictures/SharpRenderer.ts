/** Drawings by sharp, over pictures as services were sent them: upright. */
import { Effect, Layer } from "effect"
import sharp, { type Sharp } from "sharp"
import type { EncodedImage } from "../../domain/ImageReference.ts"
import { type DrawOptions, RenderError, Renderer } from "../../services/Renderer.ts"
import * as Decoding from "./Decoding.ts"

const defaultQuality = 85

const draw = Effect.fn("Renderer.draw")(function* (svg: string, options: DrawOptions) {
  const { data, info } = yield* attempt(() => rasterize(svg, options.width))
  const { channels, height, width } = info
  const compose = (base: Sharp) => encode(base.composite([{ input: data, raw: { width, height, channels } }]), options)
  const { over } = options
  return over === undefined
    ? yield* attempt(() => compose(sharp({ create: { width, height, channels: 4, background: transparent } })))
    : yield* onto(over, (picture) => compose(picture.resize(width, height, { fit: "fill" }).toColourspace("srgb")))
})

export const layer = Layer.succeed(Renderer, Renderer.of({ draw }))

const transparent = { r: 0, g: 0, b: 0, alpha: 0 }

/** Renders at the wanted width instead of scaling pixels, so that lines stay sharp. */
const rasterize = async (svg: string, width: number | undefined) => {
  const bytes = Buffer.from(svg)
  const own = await sharp(bytes).metadata()
  const wanted = width ?? own.width
  return sharp(bytes, { density: Math.min(100_000, (72 * wanted) / own.width) })
    .resize(wanted, Math.max(1, Math.round((own.height * wanted) / own.width)), { fit: "fill" })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
}

const encode = (picture: Sharp, { format, quality = defaultQuality }: DrawOptions): Promise<Uint8Array> =>
  (format === "png" ? picture.png() : picture.flatten({ background: "white" }).jpeg({ quality })).toBuffer()

const onto = <A>({ bytes, height, width }: EncodedImage, work: (picture: Sharp) => Promise<A>) =>
  Effect.mapError(Decoding.run({ bytes, pixels: width * height }, work), failureOf)

const attempt = <A>(evaluate: () => Promise<A>): Effect.Effect<A, RenderError> =>
  Effect.tryPromise({ try: evaluate, catch: (cause) => failureOf(cause as Error) })

const failureOf = ({ message }: Error) => new RenderError({ detail: message })
