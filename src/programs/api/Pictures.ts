/** The pictures of images as they are looked at: whole, small, or the part in a box. */
import { Cache, Effect, Option, RcMap } from "effect"
import * as Corrected from "../../domain/corrections/Corrected.ts"
import type { ImageId, BoxId } from "../../domain/Identifiers.ts"
import type { EncodedImage } from "../../domain/ImageReference.ts"
import { Corrections } from "../../services/Corrections.ts"
import { Cropper } from "../../services/Cropper.ts"
import { ImageSource } from "../../services/ImageSource.ts"
import { ResultStore } from "../../services/ResultStore.ts"
import { Scaler } from "../../services/Scaler.ts"
import { UnknownImage } from "../flows/Actions.ts"

/** A picture, and the size of the whole image it shows, in which all coordinates are. */
export interface Picture extends EncodedImage {
  readonly stored: Pick<EncodedImage, "width" | "height">
}

/** Small pictures that are kept in memory. */
const smallOnes = 500

/** Finds pictures, and remembers small ones. To be made once for all who ask. */
export const make = Effect.gen(function* () {
  const corrections = yield* Corrections
  const cropper = yield* Cropper
  const scaler = yield* Scaler
  const source = yield* ImageSource
  const store = yield* ResultStore

  const load = Effect.fnUntraced(function* (imageId: ImageId) {
    const reference = yield* store.reference(imageId)
    if (Option.isNone(reference)) return yield* new UnknownImage({ imageId })
    const image = yield* source.load(reference.value)
    // Boxes of another picture are not drawn on this one.
    yield* store.see(imageId, image)
    return image
  })

  const small = yield* Cache.make({
    capacity: smallOnes,
    timeToLive: "10 minutes",
    lookup: (key: string) => {
      const [id, size] = key.split(" ").map(Number) as [ImageId, number]
      return Effect.flatMap(load(id), (image) =>
        Effect.map(scaler.scale(image, { width: size, height: size }), (small): Picture => ({
          ...small,
          stored: sizeOf(image)
        }))
      )
    }
  })

  // Crops of one picture are asked for together, and it is decoded once for them.
  const opened = yield* RcMap.make({
    lookup: (id: ImageId) => Effect.flatMap(load(id), cropper.open),
    idleTimeToLive: "2 seconds"
  })

  return {
    /** The picture of an image; with `size` a JPEG of at most that width and height. */
    picture: (id: ImageId, size: number | undefined) =>
      size === undefined
        ? Effect.map(load(id), (image): Picture => ({ ...image, stored: sizeOf(image) }))
        : Cache.get(small, `${id} ${size}`),
    /**
     * The part of the picture that is in a box as people have corrected it, or in one that they rejected; none when the image
     * has no such box (any more).
     */
    crop: Effect.fnUntraced(function* (id: ImageId, boxId: BoxId) {
      const derived = Option.match(yield* store.boxes(id), { onNone: () => [], onSome: ({ value }) => value })
      const boxes = [...Corrected.boxes(derived, yield* corrections.list(id)), ...derived]
      const found = boxes.find(({ id }) => id === boxId)
      if (found === undefined) return Option.none()
      const crop = Effect.flatMap(RcMap.get(opened, id), (cut) => cut(found.box))
      return Option.some((yield* Effect.scoped(crop)).image)
    })
  }
})

const sizeOf = ({ height, width }: EncodedImage): Picture["stored"] => ({ width, height })
