/**
 * Drawings by sharp.
 *
 * All coordinates are of the stored pixel grid, so EXIF orientation is never applied, and the result carries none.
 */
import { Effect, Layer } from "effect"
import sharp, { type Sharp } from "sharp"
import type { EncodedImage } from "../../domain/ImageReference.ts"
import { type DrawOptions, RenderError, Renderer } from "../../services/Renderer.ts"

const defaultQuality = 85

const draw = Effect.fn("Renderer.draw")((svg: string, options: DrawOptions) =>
  attempt(async () => {
    const drawing = await rasterize(svg, options.width)
    const { height, width } = drawing.info
    const base =
      options.over === undefined
        ? sharp({ create: { width, height, channels: 4, background: transparent } })
        : sharp(options.over.bytes).resize(width, height, { fit: "fill" }).toColourspace("srgb")
    const { channels } = drawing.info
    const picture = base.composite([{ input: drawing.data, raw: { width, height, channels } }])
    return encode(picture, options)
  })
)

const thumbnail = Effect.fn("Renderer.thumbnail")(
  (image: EncodedImage, { quality, width }: { readonly width: number; readonly quality?: number }) =>
    attempt(() =>
      encode(sharp(image.bytes).resize({ width, withoutEnlargement: true }).toColourspace("srgb"), {
        format: "jpeg",
        ...(quality === undefined ? {} : { quality })
      })
    )
)

export const layer = Layer.succeed(Renderer, Renderer.of({ draw, thumbnail }))

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

const encode = (
  picture: Sharp,
  { format, quality = defaultQuality }: { readonly format: "jpeg" | "png"; readonly quality?: number }
): Promise<Uint8Array> =>
  (format === "png" ? picture.png() : picture.flatten({ background: "white" }).jpeg({ quality })).toBuffer()

const attempt = <A>(evaluate: () => Promise<A>): Effect.Effect<A, RenderError> =>
  Effect.tryPromise({ try: evaluate, catch: (cause) => new RenderError({ detail: (cause as Error).message }) })
