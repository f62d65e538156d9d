/**
 * Crops by sharp, in memory.
 *
 * The pixels are those that services were sent, which are upright. A crop carries the picture's EXIF `ImageDescription`, and
 * in `Software` the region it shows (`windmill crop x,y,w,h`); nothing else travels along.
 */
import { Effect, Layer } from "effect"
import sharp from "sharp"
import * as BoundingBox from "../../domain/BoundingBox.ts"
import type { ImageBox } from "../../domain/BoundingBox.ts"
import type { EncodedImage } from "../../domain/ImageReference.ts"
import { type Crop, CropError, Cropper } from "../../services/Cropper.ts"
import * as Decoding from "./Decoding.ts"
import * as Exif from "./Exif.ts"
import * as PictureHeader from "./PictureHeader.ts"

/** JPEG quality of a crop, of 100. */
const quality = 90

const open = Effect.fn("Cropper.open")(function* (image: EncodedImage) {
  const failure = (cause: unknown) => new CropError({ image: image.filename, detail: (cause as Error).message })
  const { description, pixels } = yield* Effect.mapError(decode(image), failure)

  const cutRegion = Effect.fnUntraced(function* (region: ImageBox) {
    const { x, y, width, height } = region
    const jpeg = yield* Effect.tryPromise({
      try: () =>
        sharp(pixels.data, { raw: pixels.info })
          .extract({ left: x, top: y, width, height })
          // It is sent and forgotten: to make it smaller would take longer than to send it.
          .jpeg({ quality, optimiseCoding: false })
          .toBuffer(),
      catch: failure
    })
    const bytes = Exif.intoJpeg(
      jpeg,
      Exif.write({ description, software: `windmill crop ${x},${y},${width},${height}` })
    )
    return { image: { bytes, mediaType: "image/jpeg", filename: "bbox_crop.jpg", width, height }, region }
  })
  // Several services ask about the same box.
  const crops = new Map<string, Effect.Effect<Crop, CropError>>()

  return Effect.fn("Cropper.cut")(function* (box: ImageBox) {
    const region = regionOf(box, image)
    if (BoundingBox.area(region) === 0) {
      return yield* new CropError({ image: image.filename, detail: "nothing of the box lies inside the picture" })
    }
    const name = `${region.x} ${region.y} ${region.width} ${region.height}`
    const crop = crops.get(name) ?? (yield* Effect.cached(cutRegion(region)))
    crops.set(name, crop)
    return yield* crop
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

const decode = ({ bytes, height, width }: EncodedImage) =>
  Effect.map(
    Decoding.hold({ bytes, pixels: width * height }, (source) =>
      source.flatten({ background: "white" }).toColourspace("srgb").raw().toBuffer({ resolveWithObject: true })
    ),
    (pixels) => ({ pixels, description: descriptionOf(bytes) })
  )

const descriptionOf = (bytes: Uint8Array): string | undefined => {
  const exif = PictureHeader.read(bytes)?.exif
  return exif === undefined ? undefined : Exif.read(exif).description
}
