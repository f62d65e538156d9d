/**
 * Crops by sharp, in memory.
 *
 * The pixels are those of the stored picture: EXIF orientation is never applied. A crop carries the picture's EXIF
 * `ImageDescription`, and in `Software` the region it shows (`windmill crop x,y,w,h`); nothing else travels along.
 */
import { Effect, Layer } from "effect"
import exifReader from "exif-reader"
import sharp from "sharp"
import * as BoundingBox from "../../domain/BoundingBox.ts"
import type { ImageBox } from "../../domain/BoundingBox.ts"
import type { EncodedImage } from "../../domain/ImageReference.ts"
import { CropError, Cropper } from "../../services/Cropper.ts"

/** JPEG quality of a crop, of 100. */
const quality = 90

const open = Effect.fn("Cropper.open")(function* (image: EncodedImage) {
  const failure = (cause: unknown) => new CropError({ image: image.filename, detail: (cause as Error).message })
  const { description, pixels } = yield* Effect.tryPromise({ try: () => decode(image), catch: failure })

  return Effect.fn("Cropper.cut")(function* (box: ImageBox) {
    const region = regionOf(box, image)
    if (BoundingBox.area(region) === 0) {
      return yield* new CropError({ image: image.filename, detail: "nothing of the box lies inside the picture" })
    }
    const { x, y, width, height } = region
    const bytes = yield* Effect.tryPromise({
      try: () =>
        sharp(pixels.data, { raw: pixels.info })
          .extract({ left: x, top: y, width, height })
          .withExif({ IFD0: { ...description, Software: `windmill crop ${x},${y},${width},${height}` } })
          .jpeg({ quality })
          .toBuffer(),
      catch: failure
    })
    return { image: { bytes, mediaType: "image/jpeg", filename: "bbox_crop.jpg", width, height }, region }
  })
})

export const layer = Layer.succeed(Cropper, Cropper.of({ open }))

/** The whole pixels inside the picture that the box touches. */
const regionOf = (box: ImageBox, image: EncodedImage): ImageBox => {
  const { height, width, x, y } = BoundingBox.clamp(box, image)
  const left = Math.floor(x)
  const top = Math.floor(y)
  return BoundingBox.imageBox({
    x: left,
    y: top,
    width: width > 0 ? Math.ceil(x + width) - left : 0,
    height: height > 0 ? Math.ceil(y + height) - top : 0
  })
}

const decode = async (image: EncodedImage) => {
  // As forgiving as the services, and the image source: spots of a picture may be spoiled, but all of it must be there.
  const source = sharp(image.bytes, { failOn: "truncated" })
  const [pixels, metadata] = await Promise.all([
    source.clone().flatten({ background: "white" }).toColourspace("srgb").raw().toBuffer({ resolveWithObject: true }),
    source.metadata()
  ])
  return { pixels, description: descriptionOf(metadata.exif) }
}

/** The `ImageDescription` of an EXIF block; none when there is no readable one. */
const descriptionOf = (exif: Buffer | undefined): { readonly ImageDescription?: string } => {
  if (exif === undefined) return {}
  try {
    const description: unknown = exifReader(exif).Image?.ImageDescription
    return typeof description === "string" ? { ImageDescription: description } : {}
  } catch {
    return {}
  }
}
