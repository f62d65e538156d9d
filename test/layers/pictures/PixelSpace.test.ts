import { assert, describe, it } from "@effect/vitest"
import { NodeServices } from "@effect/platform-node"
import { Effect, FileSystem, Layer } from "effect"
import sharp from "sharp"
import { imageBox } from "../../../src/domain/BoundingBox.ts"
import * as SharpCropper from "../../../src/layers/pictures/SharpCropper.ts"
import * as ImageSources from "../../support/ImageSources.ts"
import * as SharpRenderer from "../../../src/layers/pictures/SharpRenderer.ts"
import * as SharpScaler from "../../../src/layers/pictures/SharpScaler.ts"
import { Cropper } from "../../../src/services/Cropper.ts"
import { ImageSource, type SourceImage } from "../../../src/services/ImageSource.ts"
import { Renderer } from "../../../src/services/Renderer.ts"
import { Scaler } from "../../../src/services/Scaler.ts"
import * as PictureFiles from "../../support/PictureFiles.ts"

const layer = Layer.mergeAll(SharpCropper.layer, SharpRenderer.layer, SharpScaler.layer, ImageSources.layer()).pipe(
  Layer.provideMerge(NodeServices.layer)
)

/** What becomes of a file with these bytes: what is sent, and what is kept for good. */
const read = Effect.fnUntraced(function* (bytes: Uint8Array, filename = "picture.jpg") {
  const fs = yield* FileSystem.FileSystem
  const source = yield* ImageSource
  const path = `${yield* fs.makeTempDirectoryScoped()}/${filename}`
  yield* fs.writeFile(path, bytes)
  const reference = { path, filename }
  const sent = yield* source.lend(reference, (image) =>
    Effect.succeed({ ...image, bytes: new Uint8Array(image.bytes) })
  )
  return { sent, loaded: yield* source.load(reference) }
})

const look = ({ bytes }: { readonly bytes: Uint8Array }) => Effect.promise(() => PictureFiles.look(bytes))

const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="48" height="32"/>`

/** Everything that leaves: to services, in crops, on pages and in the report. */
const leaving = Effect.fnUntraced(function* (sent: SourceImage, loaded: SourceImage) {
  const cut = yield* Cropper.use((cropper) => cropper.open(sent))
  const renderer = yield* Renderer
  return {
    sent,
    loaded,
    crop: (yield* cut(imageBox({ x: 0, y: 0, width: 48, height: 32 }))).image,
    small: yield* Scaler.use((scaler) => scaler.scale(sent, { width: 24, height: 24 })),
    narrow: yield* Scaler.use((scaler) => scaler.scale(loaded, { width: 24 })),
    drawn: { bytes: yield* renderer.draw(svg, { over: loaded, format: "jpeg" }) }
  }
})

describe("the pixel space", () => {
  for (const container of PictureFiles.containers) {
    it.live(`is upright in everything that leaves, for a ${container} of every orientation`, () =>
      Effect.forEach(PictureFiles.orientations, (orientation) =>
        Effect.gen(function* () {
          const file = yield* Effect.promise(() => PictureFiles.turned(container, orientation))
          const { loaded, sent } = yield* read(file)
          assert.deepInclude(sent, PictureFiles.upright)
          for (const [name, picture] of Object.entries(yield* leaving(sent, loaded))) {
            const { colors, height, orientation: tag, width } = yield* look(picture)
            assert.deepStrictEqual(
              { name, colors, tag, ratio: width / height },
              { name, colors: [...PictureFiles.quarters], tag: 1, ratio: 1.5 }
            )
          }
        }).pipe(Effect.scoped)
      ).pipe(Effect.provide(layer))
    )
  }

  it.live("leaves the bytes of a picture alone that every decoder sees alike", () =>
    Effect.forEach(["jpeg", "png", "webp"] as const, (container) =>
      Effect.gen(function* () {
        const file = yield* Effect.promise(() => PictureFiles.turned(container, 1))
        const { loaded, sent } = yield* read(file)
        assert.isTrue(sent.isOriginal)
        assert.deepStrictEqual(Buffer.from(sent.bytes), file)
        assert.deepStrictEqual(Buffer.from(loaded.bytes), file)
      }).pipe(Effect.scoped)
    ).pipe(Effect.provide(layer))
  )

  it.live("is said once: what could turn a picture a second time, or not for all, is gone", () =>
    Effect.gen(function* () {
      const plain = yield* Effect.promise(async () => {
        const picture = sharp({ create: { ...PictureFiles.upright, channels: 3, background: "teal" } })
        return { jpeg: await picture.clone().jpeg().toBuffer(), png: await picture.png().toBuffer() }
      })
      const mark = "Exif\0\0"
      const tag = (value: number, type = 3) => PictureFiles.exif([{ tag: 0x0112, value, type }])
      const xmp = `<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>`
      const files = {
        "orientation as four bytes": PictureFiles.withSegments(plain.jpeg, PictureFiles.segment(0xe1, mark, tag(6, 4))),
        "orientation 9": PictureFiles.withSegments(plain.jpeg, PictureFiles.segment(0xe1, mark, tag(9))),
        "EXIF that is none": PictureFiles.withSegments(plain.jpeg, PictureFiles.segment(0xe1, mark, "garbage")),
        "XMP alone": PictureFiles.withSegments(
          plain.jpeg,
          PictureFiles.segment(0xe1, "http://ns.adobe.com/xap/1.0/\0", xmp)
        ),
        "XMP of a PNG": PictureFiles.withChunks(plain.png, [
          PictureFiles.chunk("iTXt", Buffer.from(`XML:com.adobe.xmp\0\0\0\0\0${xmp}`))
        ]),
        "EXIF as text": PictureFiles.withChunks(plain.png, [
          PictureFiles.chunk("tEXt", Buffer.from("Raw profile type exif\0\nexif\n 8\n00"))
        ])
      }
      for (const [name, file] of Object.entries(files)) {
        const { sent } = yield* read(file)
        const text = Buffer.from(sent.bytes).toString("latin1")
        assert.isFalse(sent.isOriginal, name)
        assert.strictEqual((yield* look(sent)).orientation, 1, name)
        assert.notInclude(text, "tiff:Orientation", name)
        assert.notInclude(text, "Raw profile type", name)
      }
      const two = [PictureFiles.segment(0xe1, mark, tag(6)), PictureFiles.segment(0xe1, mark, tag(3))]
      const { sent } = yield* read(PictureFiles.withSegments(plain.jpeg, ...two))
      assert.strictEqual((yield* look(sent)).orientation, 1)
      assert.strictEqual(Buffer.from(sent.bytes).toString("latin1").split(mark).length - 1, 1)
      const late = yield* read(PictureFiles.withChunks(plain.png, [PictureFiles.chunk("eXIf", tag(6))], "last"))
      assert.deepInclude(late.sent, { isOriginal: false })
    }).pipe(Effect.scoped, Effect.provide(layer))
  )
})
