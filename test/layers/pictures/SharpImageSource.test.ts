import { assert, describe, it } from "@effect/vitest"
import { NodeServices } from "@effect/platform-node"
import { Duration, Effect, FileSystem, Layer, Result } from "effect"
import * as NodeChildProcess from "node:child_process"
import * as NodeFs from "node:fs"
import * as NodePerf from "node:perf_hooks"
import * as NodeZlib from "node:zlib"
import sharp from "sharp"
import { imageBox } from "../../../src/domain/BoundingBox.ts"
import type { ImageReference } from "../../../src/domain/ImageReference.ts"
import * as FileBytes from "../../../src/layers/pictures/FileBytes.ts"
import * as SharpCropper from "../../../src/layers/pictures/SharpCropper.ts"
import * as ImageSources from "../../support/ImageSources.ts"
import { Cropper } from "../../../src/services/Cropper.ts"
import { ImageSource } from "../../../src/services/ImageSource.ts"
import { serve } from "../../support/HttpServers.ts"
import * as PictureFiles from "../../support/PictureFiles.ts"
import { freePort } from "../../support/TcpProxy.ts"

const limits = { bytes: 200_000, pixels: 1_000_000 }
const layer = ImageSources.layer({ limits }).pipe(Layer.provideMerge(NodeServices.layer))

const canvas = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: "teal" } })

const load = (reference: ImageReference) => Effect.result(ImageSource.use((source) => source.load(reference)))

/** What becomes of a file with these bytes. */
const loadFile = (name: string, bytes: Uint8Array) =>
  Effect.scoped(
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      const path = `${directory}/${name}`
      yield* fs.writeFile(path, bytes)
      return yield* load({ path, filename: name })
    })
  ).pipe(Effect.provide(layer))

const problem = (
  result: Result.Result<unknown, { readonly message: string; readonly reason: { readonly _tag: string } }>
) => (Result.isFailure(result) ? `${result.failure.reason._tag}: ${result.failure.message}` : "none")

describe("load", () => {
  it.live("reads a picture as it is stored", () =>
    Effect.gen(function* () {
      const bytes = yield* Effect.promise(() => canvas(40, 20).jpeg().toBuffer())
      const image = Result.getOrThrow(yield* loadFile("a.jpg", bytes))
      assert.deepInclude(image, { mediaType: "image/jpeg", filename: "a.jpg", width: 40, height: 20, isOriginal: true })
      assert.deepEqual(Buffer.from(image.bytes), bytes)
    })
  )

  it.live("hands on what a picture looks like as 8-bit sRGB, whatever it is made of", () =>
    Effect.gen(function* () {
      const teal = [0, 128, 128]
      const alpha = {
        create: { width: 16, height: 16, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0 } }
      } as const
      const cases: ReadonlyArray<
        readonly [name: string, bytes: Uint8Array | Promise<Uint8Array>, color: Array<number>]
      > = [
        ["deep.png", PictureFiles.deepPng(16, 16, [0, 0x8080, 0x8080]), teal],
        ["deep-gray.png", PictureFiles.deepPng(16, 16, [0x4040]), [64, 64, 64]],
        ["palette.png", canvas(16, 16).png({ palette: true }).toBuffer(), teal],
        ["gray.jpg", canvas(16, 16).toColourspace("b-w").jpeg().toBuffer(), [114, 114, 114]],
        ["cmyk.jpg", canvas(16, 16).toColourspace("cmyk").jpeg().toBuffer(), teal],
        ["clear.png", sharp(alpha).png().toBuffer(), [255, 255, 255]],
        ["clear.webp", sharp(alpha).webp().toBuffer(), [255, 255, 255]],
        ["still.gif", canvas(16, 16).gif().toBuffer(), teal],
        ["wide.jpg", canvas(16, 16).withIccProfile("p3").jpeg().toBuffer(), teal]
      ]
      for (const [name, bytes, color] of cases) {
        const image = Result.getOrThrow(yield* loadFile(name, yield* Effect.promise(async () => bytes)))
        assert.deepInclude(image, { mediaType: "image/jpeg", width: 16, height: 16, isOriginal: false }, name)
        const [metadata, pixels] = yield* Effect.promise(() =>
          Promise.all([sharp(image.bytes).metadata(), sharp(image.bytes).raw().toBuffer()])
        )
        assert.deepInclude(metadata, { space: "srgb", depth: "uchar", channels: 3, hasProfile: false }, name)
        color.forEach((value, i) =>
          assert.approximately(pixels[i]!, value, 12, `${name} ${[...pixels.subarray(0, 3)]}`)
        )
      }
    })
  )

  it.live("reads what phones write, turned as the file says", () =>
    Effect.gen(function* () {
      const heic = NodeFs.readFileSync("test/fixtures/pictures/phone.heic")
      const pixels = (image: { readonly bytes: Uint8Array }) =>
        Effect.promise(() => sharp(image.bytes).raw().toBuffer({ resolveWithObject: true }))
      const image = Result.getOrThrow(yield* loadFile("IMG_0001.HEIC", heic))
      assert.deepInclude(image, { mediaType: "image/jpeg", filename: "IMG_0001.jpg", width: 400, height: 300 })
      const { data, info } = yield* pixels(image)
      assert.isAbove((yield* Effect.promise(() => sharp(image.bytes).stats())).channels[0]!.stdev, 1)

      // The property in the place of the number of bits says: a quarter turn against the clock.
      const turned = Buffer.from(heic)
      const at = turned.indexOf("pixi")
      turned.write("irot", at)
      turned[at + 4] = 1
      const other = Result.getOrThrow(yield* loadFile("turned.heic", turned))
      assert.deepInclude(other, { width: 300, height: 400 })
      const seen = (yield* pixels(other)).data
      for (const [x, y] of [
        [20, 20],
        [380, 20],
        [200, 150],
        [380, 280]
      ] as const) {
        const before = data.subarray((y * info.width + x) * 3).subarray(0, 3)
        const after = seen.subarray(((399 - x) * 300 + y) * 3).subarray(0, 3)
        before.forEach((value, i) => assert.approximately(after[i]!, value, 6))
      }
      const half = problem(yield* loadFile("half.heic", heic.subarray(0, heic.length / 2)))
      assert.match(half, /^Unusable: .*half\.heic is damaged/)
    })
  )

  it.live("takes the main picture of several with thumbnails and a depth map, whichever the file says it is", () =>
    Effect.gen(function* () {
      const red = NodeFs.readFileSync("test/fixtures/pictures/several.heic")
      const blue = Buffer.from(red)
      const mainItem = blue.indexOf("pitm") + 8
      assert.strictEqual(blue.readUInt16BE(mainItem), 1)
      blue.writeUInt16BE(7, mainItem)
      for (const [bytes, size, color] of [
        [red, { width: 96, height: 64 }, [200, 30, 30]],
        [blue, { width: 128, height: 160 }, [20, 40, 200]]
      ] as const) {
        const image = Result.getOrThrow(yield* loadFile("several.heic", bytes))
        assert.deepInclude(image, size)
        const { channels } = yield* Effect.promise(() => sharp(image.bytes).stats())
        assert.lengthOf(channels, 3)
        channels.forEach(({ mean }, i) => assert.approximately(mean, color[i]!, 12))
      }
    })
  )

  it.live.each([
    ["a stereo camera", PictureFiles.stereo],
    ["Ultra HDR", PictureFiles.ultraHdr],
    ["a portrait with depth", PictureFiles.withDepth],
    ["a motion photo", PictureFiles.motionPhoto]
  ] as const)("takes the main picture of %s, upright", ([, write]) =>
    Effect.gen(function* () {
      const gray = yield* Effect.promise(() => canvas(12, 8).toColourspace("b-w").jpeg().toBuffer())
      for (const orientation of PictureFiles.orientations) {
        const main = yield* Effect.promise(() => PictureFiles.turned("jpeg", orientation))
        const image = Result.getOrThrow(yield* loadFile("IMG_0001.jpg", write(main, gray)))
        assert.deepInclude(image, { mediaType: "image/jpeg", ...PictureFiles.upright })
        assert.deepEqual(yield* Effect.promise(() => PictureFiles.look(image.bytes)), {
          ...PictureFiles.upright,
          orientation: 1,
          colors: [...PictureFiles.quarters]
        })
        const crop = yield* Effect.flatMap(
          Cropper.use((cropper) => cropper.open(image)),
          (cut) => cut(imageBox({ x: 0, y: 0, width: 24, height: 16 }))
        )
        const { channels } = yield* Effect.promise(() => sharp(crop.image.bytes).stats())
        ;[255, 0, 0].forEach((value, i) => assert.approximately(channels[i]!.mean, value, 12))
      }
    }).pipe(Effect.scoped, Effect.provide(SharpCropper.layer))
  )

  it.live("refuses animation in every format", () =>
    Effect.gen(function* () {
      const frames = () =>
        Promise.all([canvas(4, 4).png().toBuffer(), canvas(4, 4).negate().png().toBuffer()]).then((all) =>
          sharp(all, { join: { animated: true } })
        )
      const still = yield* Effect.promise(() => canvas(4, 4).png().toBuffer())
      const control = Buffer.from([0, 0, 0, 2, 0, 0, 0, 0])
      const cases = {
        "moves.gif": yield* Effect.promise(async () => (await frames()).gif().toBuffer()),
        "moves.webp": yield* Effect.promise(async () => (await frames()).webp().toBuffer()),
        "pages.tif": yield* Effect.promise(async () => (await frames()).tiff().toBuffer()),
        "moves.png": PictureFiles.withChunks(still, [PictureFiles.chunk("acTL", control)]),
        "moves.avif": PictureFiles.box("ftyp", Buffer.from("avis\0\0\0\0avismsf1", "latin1"))
      }
      for (const [name, bytes] of Object.entries(cases)) {
        assert.match(problem(yield* loadFile(name, bytes)), /is animated or has several pages.*: export the one/, name)
      }
    })
  )

  it.live("reads what strangers made to be expensive without holding anything up", () =>
    Effect.gen(function* () {
      const png = yield* Effect.promise(() => canvas(64, 64).png().toBuffer())
      const jpeg = yield* Effect.promise(() => canvas(64, 64).jpeg().toBuffer())
      const zeros = Buffer.alloc(32 * 1024 * 1024)
      zeros.set([0xff, 0xd8, 0xff])
      const filled = Buffer.alloc(32 * 1024 * 1024, 0xff)
      filled.set([0xff, 0xd8])
      const bomb = PictureFiles.exifBomb(65_000)
      const exif = PictureFiles.segment(0xe1, "Exif\0\0", bomb)
      const empty = Array.from({ length: 400_000 }, () => PictureFiles.chunk("teSt", Buffer.alloc(0)))
      const cases = {
        "sizes.avif": PictureFiles.avifOfSizes(100_000),
        "zeros.jpg": zeros,
        "filled.jpg": filled,
        "exif.jpg": PictureFiles.withSegments(jpeg, exif, exif, exif),
        "exif.png": PictureFiles.withChunks(png, [PictureFiles.chunk("eXIf", PictureFiles.exifBomb(8_000_000))]),
        "chunks.png": PictureFiles.withChunks(png, empty),
        "drawing.svg": Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${"<g>".repeat(1_000_000)}`),
        "drawing.svgz": NodeZlib.gzipSync(Buffer.alloc(30_000_000, "<svg>"))
      }
      const fs = yield* FileSystem.FileSystem
      const cropper = yield* Cropper
      const folder = yield* fs.makeTempDirectoryScoped()
      yield* Effect.forEach(Object.entries(cases), ([name, bytes]) => fs.writeFile(`${folder}/${name}`, bytes))
      const before = process.memoryUsage.rss()
      const delay = NodePerf.monitorEventLoopDelay({ resolution: 5 })
      delay.enable()
      for (const name of Object.keys(cases)) {
        const reference = { filename: name, path: `${folder}/${name}` }
        const [duration] = yield* ImageSource.use((source) => source.load(reference)).pipe(
          Effect.flatMap(cropper.open),
          Effect.flatMap((cut) => cut(imageBox({ x: 0, y: 0, width: 9, height: 9 }))),
          Effect.exit,
          Effect.timed
        )
        assert.isBelow(Duration.toSeconds(duration), 5, name)
      }
      assert.isBelow(delay.max / 1e6, 1000)
      assert.isBelow((process.memoryUsage.rss() - before) / 1e6, 500)
    }).pipe(
      Effect.scoped,
      Effect.provide(
        Layer.mergeAll(SharpCropper.layer, ImageSources.layer()).pipe(Layer.provideMerge(NodeServices.layer))
      )
    )
  )

  it.live("goes by the content, not by the name", () =>
    Effect.gen(function* () {
      const bytes = yield* Effect.promise(() => canvas(4, 4).png().toBuffer())
      const image = Result.getOrThrow(yield* loadFile("holiday.jpg", bytes))
      assert.deepInclude(image, { mediaType: "image/png", filename: "holiday.png" })
    })
  )

  it.live("hands a format that services do not read on as JPEG", () =>
    Effect.gen(function* () {
      const bytes = yield* Effect.promise(() => canvas(4, 4).tiff().toBuffer())
      const image = Result.getOrThrow(yield* loadFile("scan.tif", bytes))
      assert.deepInclude(image, { mediaType: "image/jpeg", filename: "scan.jpg", width: 4, height: 4 })
    })
  )

  it.live("names what is wrong with a file, and the remedy", () =>
    Effect.gen(function* () {
      const jpeg = yield* Effect.promise(() => canvas(600, 400).jpeg().toBuffer())
      const frame = canvas(4, 4).png().toBuffer()
      const animated = yield* Effect.promise(async () =>
        sharp([await frame, await canvas(4, 4).negate().png().toBuffer()], { join: { animated: true } })
          .gif()
          .toBuffer()
      )
      const huge = yield* Effect.promise(() => canvas(2000, 600).png().toBuffer())
      const cases: ReadonlyArray<readonly [string, Uint8Array, RegExp]> = [
        ["empty.jpg", new Uint8Array(0), /^Unusable: .*empty\.jpg is empty \(0 bytes\): fetch or export it again$/],
        [
          "text.jpg",
          new TextEncoder().encode("not a picture"),
          /^Unusable: .*text\.jpg is not a picture .* convert it/
        ],
        [
          "half.jpg",
          jpeg.subarray(0, jpeg.length / 2),
          /^Unusable: .*half\.jpg is damaged .* fetch or export it again$/
        ],
        ["moves.gif", animated, /^Unusable: .*moves\.gif is animated .*\(2\): export the one to analyze/],
        ["huge.png", huge, /^Unusable: .*huge\.png has 2000 x 600 pixels, .* or raise IMAGE_MAX_PIXELS$/],
        ["big.jpg", new Uint8Array(limits.bytes + 1), /^Unusable: .*big\.jpg is larger .* or raise IMAGE_MAX_BYTES$/],
        [
          "drawing.jpg",
          new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
          /SVG/
        ],
        [
          "login.jpg",
          new TextEncoder().encode("\n<!DOCTYPE html><html><title>Log in</title>"),
          /is a web page, not a picture/
        ],
        ["old.jpg", new TextEncoder().encode("<HTML><BODY>404</BODY>"), /is a web page, not a picture/],
        [
          "denied.jpg",
          new TextEncoder().encode('<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>'),
          /is XML, not a picture/
        ],
        ["quota.jpg", new TextEncoder().encode('{"error": "quota exceeded"}'), /is JSON, not a picture/],
        [
          "pointer.jpg",
          new TextEncoder().encode("version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 1\n"),
          /is a pointer of Git LFS, not a picture: run git lfs pull$/
        ],
        ["packed.jpg", NodeZlib.gzipSync(jpeg), /is packed with gzip: unpack it$/]
      ]
      for (const [name, bytes, expected] of cases) assert.match(problem(yield* loadFile(name, bytes)), expected)
    })
  )

  it.live("is the one that looks whether all of a picture is there", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const jpeg = yield* Effect.promise(() => canvas(600, 400).jpeg().toBuffer())
      const path = `${yield* fs.makeTempDirectoryScoped()}/half.jpg`
      yield* fs.writeFile(path, jpeg.subarray(0, jpeg.length / 2))
      const reference = { path, filename: "half.jpg" }
      const image = yield* ImageSource.use((source) => source.lend(reference, Effect.succeed))
      assert.deepInclude(image, { mediaType: "image/jpeg", width: 600, height: 400 })
      assert.match(problem(yield* load(reference)), /is damaged/)
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.live("does not judge a file that is written to while it is read", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = `${yield* fs.makeTempDirectoryScoped()}/growing.jpg`
      yield* fs.writeFileString(path, "the beginning")
      const read = FileBytes.read(path, { limit: 1000, roots: [] }, (size) => {
        NodeFs.appendFileSync(path, ", and more")
        return Buffer.allocUnsafeSlow(size)
      })
      assert.strictEqual(
        problem(yield* Effect.result(read)),
        `Unreachable: ${path} cannot be reached: it is being written to`
      )
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.live("says that a file is not there, or is a folder", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.makeTempDirectoryScoped()
      yield* fs.writeFileString(`${folder}/other.jpg`, "x")
      const at = (path: string) => Effect.map(load({ path, filename: "x.jpg" }), problem)
      assert.match(yield* at(`${folder}/such.jpg`), /^Missing: .*does not exist/)
      assert.match(yield* at(`${folder}/other.jpg/such.jpg`), /^Unusable: .*does not exist/)
      assert.match(yield* at("/"), /^Unusable: .*is a folder/)
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.live("says that a folder is away, and when it is back (issue 12, A2)", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.makeTempDirectoryScoped()
      const share = `${folder}/share`
      const source = yield* ImageSource
      const at = (path: string) => Effect.map(load({ path, filename: "x.jpg" }), problem)
      const missing = new RegExp(`^Unreachable: .*${share} is missing: mount it`)
      assert.match(yield* at(`${share}/2024/x.jpg`), missing)
      assert.match(yield* at(`${share}/x.jpg`), missing)
      assert.isFalse(yield* source.isBack(share))
      yield* fs.makeDirectory(share)
      assert.match(yield* at(`${share}/x.jpg`), /^Unreachable: .*share is empty: mount it/)
      assert.isFalse(yield* source.isBack(share))
      yield* fs.symlink(`${share}/deep/x.jpg`, `${folder}/x.jpg`)
      assert.match(yield* at(`${folder}/x.jpg`), /^Unreachable: .*share\/deep is missing/)
      yield* fs.writeFileString(`${share}/other.jpg`, "x")
      assert.isTrue(yield* source.isBack(share))
      assert.match(yield* at(`${share}/x.jpg`), /^Missing: /)
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.live("says that a web server is away, and when it is back (issue 12, A2)", () =>
    Effect.gen(function* () {
      const source = yield* ImageSource
      const port = yield* freePort
      const away = `http://127.0.0.1:${port}`
      const failure = yield* Effect.flip(source.load({ url: `${away}/x.jpg`, filename: "x.jpg" }))
      assert.deepInclude(failure.reason, { _tag: "Unreachable", source: away, detail: "the host refuses connections" })
      assert.isFalse(yield* source.isBack(away))
      let status = 503
      yield* serve((_, response) => response.writeHead(status).end(), port)
      assert.isFalse(yield* source.isBack(away))
      status = 404
      assert.isTrue(yield* source.isBack(away))
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.live("opens no pipe and no device, and waits for none", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.makeTempDirectoryScoped()
      const pipes = ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"].map((name) => `${folder}/${name}`)
      NodeChildProcess.execFileSync("mkfifo", pipes)
      const [duration, results] = yield* Effect.timed(
        Effect.forEach([...pipes, "/dev/zero"], (path) => load({ path, filename: "x.jpg" }), {
          concurrency: "unbounded"
        })
      )
      for (const result of results) assert.match(problem(result), /^Unusable: .*is a pipe, a socket or a device/)
      assert.isBelow(Duration.toSeconds(duration), 2)
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.live("reads only below the folders that are allowed, wherever links lead", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.makeTempDirectoryScoped()
      const bytes = yield* Effect.promise(() => canvas(4, 4).png().toBuffer())
      yield* fs.makeDirectory(`${folder}/pictures/below`, { recursive: true })
      yield* fs.makeDirectory(`${folder}/pictures-not`)
      for (const place of ["pictures/a.png", "pictures/below/b.png", "pictures-not/c.png", "secret.png"]) {
        yield* fs.writeFile(`${folder}/${place}`, bytes)
      }
      yield* fs.symlink(`${folder}/secret.png`, `${folder}/pictures/link.png`)
      yield* fs.symlink(`${folder}/pictures/a.png`, `${folder}/alias.png`)
      const limited = ImageSources.layer({ roots: [`${folder}/pictures`, "/no/such/folder"] })
      const read = (place: string) =>
        Effect.map(Effect.provide(load({ path: `${folder}/${place}`, filename: "x.png" }), limited), problem)
      for (const place of ["pictures/a.png", "pictures/below/b.png", "alias.png"]) {
        assert.strictEqual(yield* read(place), "none", place)
      }
      for (const place of ["pictures/link.png", "pictures/../secret.png", "pictures-not/c.png", "secret.png"]) {
        assert.match(yield* read(place), /^Unusable: .*is outside the folders .* IMAGE_ROOTS$/, place)
      }
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live("reads a URL once for all who ask within a minute", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const bytes = yield* Effect.promise(() => canvas(8, 8).webp().toBuffer())
        let requests = 0
        const port = yield* serve((_, response) => {
          requests++
          response.writeHead(200).end(bytes)
        })
        const reference = { url: `http://127.0.0.1:${port}/a.webp`, filename: "a.webp" }
        const images = yield* Effect.forEach(Array.from({ length: 13 }), () => load(reference), {
          concurrency: "unbounded"
        })
        assert.isTrue(images.every(Result.isSuccess))
        assert.strictEqual(requests, 1)
      })
    ).pipe(Effect.provide(layer))
  )

  it.live("tells a URL that may come back from one that will not", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const port = yield* serve((request, response) => response.writeHead(Number(request.url?.slice(1))).end("x"))
        const at = (status: number) => load({ url: `http://127.0.0.1:${port}/${status}`, filename: "x.jpg" })
        assert.match(problem(yield* at(503)), /^Unreachable: /)
        assert.match(problem(yield* at(404)), /^Unusable: .*answers HTTP 404/)
        assert.match(problem(yield* load({ url: "http://127.0.0.1:1/x.jpg", filename: "x.jpg" })), /^Unreachable: /)
      })
    ).pipe(Effect.provide(layer))
  )

  it.live("stops reading a URL at the limit", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const port = yield* serve((_, response) => response.writeHead(200).end(Buffer.alloc(limits.bytes * 3)))
        const result = yield* load({ url: `http://127.0.0.1:${port}/`, filename: "x.jpg" })
        assert.match(problem(result), /^Unusable: .*is larger than the limit/)
      })
    ).pipe(Effect.provide(layer))
  )
})

describe("lend", () => {
  const lend = (reference: ImageReference) =>
    ImageSource.use((source) => source.lend(reference, (image) => Effect.succeed({ ...image, copy: [...image.bytes] })))

  it.live("has every picture whole as long as it is used, though memory is used again", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.makeTempDirectoryScoped()
      const pictures = yield* Effect.forEach(Array.from({ length: 12 }), (_, i) =>
        Effect.gen(function* () {
          const bytes = yield* Effect.promise(() =>
            canvas(30 + 40 * i, 20)
              .png()
              .toBuffer()
          )
          const path = `${folder}/${i}.png`
          yield* fs.writeFile(path, bytes)
          return { bytes, reference: { path, filename: `${i}.png` } }
        })
      )
      const memories = new Set<ArrayBufferLike>()
      const check = ({ bytes, reference }: (typeof pictures)[number], pause: number) =>
        ImageSource.use((source) =>
          source.lend(reference, (image) =>
            Effect.gen(function* () {
              yield* Effect.sleep(pause)
              memories.add(image.bytes.buffer)
              assert.deepEqual(Buffer.from(image.bytes), bytes)
            })
          )
        )
      const all = Array.from({ length: 10 }, () => pictures).flat()
      yield* Effect.forEach(all, (picture, i) => check(picture, i % 5), { concurrency: 6, discard: true })
      assert.isAtMost(memories.size, 6)
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.live("takes its memory back from a use that fails", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = `${yield* fs.makeTempDirectoryScoped()}/a.png`
      yield* fs.writeFile(path, yield* Effect.promise(() => canvas(4, 4).png().toBuffer()))
      const memories = new Set<ArrayBufferLike>()
      const use = ImageSource.use((source) =>
        source.lend({ path, filename: "a.png" }, ({ bytes }) => {
          memories.add(bytes.buffer)
          return Effect.fail("no answer")
        })
      )
      yield* Effect.flip(use)
      assert.strictEqual(yield* Effect.flip(use), "no answer")
      assert.strictEqual(memories.size, 1)
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.live("has pictures that need more than to be read, and those at a URL", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = `${yield* fs.makeTempDirectoryScoped()}/scan.tif`
      yield* fs.writeFile(path, yield* Effect.promise(() => canvas(4, 4).tiff().toBuffer()))
      assert.deepInclude(yield* lend({ path, filename: "scan.tif" }), { mediaType: "image/jpeg", filename: "scan.jpg" })
      const bytes = yield* Effect.promise(() => canvas(8, 8).webp().toBuffer())
      const port = yield* serve((_, response) => response.writeHead(200).end(bytes))
      const fetched = yield* lend({ url: `http://127.0.0.1:${port}/a.webp`, filename: "a.webp" })
      assert.deepEqual(Buffer.from(fetched.copy), bytes)
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.live("says what is wrong with a file", () =>
    Effect.gen(function* () {
      const missing = yield* Effect.result(lend({ path: "/no/such.jpg", filename: "such.jpg" }))
      assert.match(problem(missing), /^Unreachable: .*\/no is missing: mount it/)
    }).pipe(Effect.provide(layer))
  )
})
