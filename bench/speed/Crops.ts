/** Cutting many crops from a large picture, for the services that want them, against sharp that decodes and cuts each once. */
import { Effect } from "effect"
import sharp from "sharp"
import { type ImageBox, imageBox } from "../../src/domain/BoundingBox.ts"
import * as SharpCropper from "../../src/layers/pictures/SharpCropper.ts"
import { Cropper } from "../../src/services/Cropper.ts"

/** Milliseconds, round by round. */
export interface Cuts {
  readonly windmill: ReadonlyArray<number>
  readonly bare: ReadonlyArray<number>
}

/** The picture is a JPEG of 48 megapixels. Services that want a crop of each box. */
const size = { width: 8000, height: 6000 }
const services = 3

/** The first round warms up, and does not count. */
export const cut = async (rounds: number): Promise<Cuts> => {
  const bytes = await picture()
  const windmill: Array<number> = []
  const bare: Array<number> = []
  for (let round = 0; round <= rounds; round++) {
    const ours = await timeOf(() => Effect.runPromise(cutAll(bytes)))
    const theirs = await timeOf(() => cutPlainly(bytes))
    if (round === 0) continue
    windmill.push(ours)
    bare.push(theirs)
  }
  return { windmill, bare }
}

const boxes: ReadonlyArray<ImageBox> = Array.from({ length: 200 }, (_, i) =>
  imageBox({ x: (i * 137) % 7000, y: (i * 211) % 5000, width: 200 + ((i * 31) % 600), height: 200 + ((i * 17) % 600) })
)

/** Soft spots of color. */
const picture = (): Promise<Buffer> => {
  const [width, height] = [size.width / 10, size.height / 10]
  const pixels = Buffer.from(Uint8Array.from({ length: width * height * 3 }, (_, i) => Math.imul(i, 2654435761) >>> 24))
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .blur(2)
    .resize(size.width, size.height)
    .jpeg({ quality: 90 })
    .toBuffer()
}

const cutAll = Effect.fnUntraced(
  function* (bytes: Uint8Array) {
    const cropper = yield* Cropper
    const cut = yield* cropper.open({ bytes, ...size, filename: "large.jpg", mediaType: "image/jpeg" })
    for (let service = 0; service < services; service++) yield* Effect.forEach(boxes, cut, { discard: true })
  },
  Effect.scoped,
  Effect.provide(SharpCropper.layer)
)

/** What sharp does for crops like ours, each of which says what it shows. */
const cutPlainly = async (bytes: Uint8Array): Promise<void> => {
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true })
  for (const { height, width, x, y } of boxes) {
    await sharp(data, { raw: info })
      .extract({ left: x, top: y, width, height })
      .withExif({ IFD0: { Software: `crop ${x},${y},${width},${height}` } })
      .jpeg({ quality: 90, optimiseCoding: false })
      .toBuffer()
  }
}

const timeOf = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now()
  await work()
  return performance.now() - start
}
