/**
 * The sample pictures as JPEG files, drawn here and rendered by sharp.
 *
 * Each file carries its scene as JSON in EXIF `ImageDescription`, where the simulated farm finds it, and in `Software` a
 * digest of the drawing, by which the next run sees that the file is still the right one.
 */
import { createHash } from "node:crypto"
import { mkdir, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Effect, Schema } from "effect"
import exifReader from "exif-reader"
import sharp from "sharp"
import * as SampleScenes from "../domain/simulation/SampleScenes.ts"
import { type Scene, SceneJson } from "../domain/simulation/Scene.ts"
import * as SceneDrawing from "./farm/drawing/SceneDrawing.ts"

/** The samples cannot be written. */
export class SamplesError extends Schema.TaggedError<SamplesError>()("SamplesError", {
  directory: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `Cannot write the sample pictures to ${this.directory}: ${this.detail}. Choose a folder that can be written.`
  }
}

/**
 * Makes sure that the first `limit` sample pictures (24 unless given) are in the folder, and returns their paths in order.
 * Files that are there and up to date are left alone.
 */
export const writeSamples = Effect.fn("SharpSamples.writeSamples")(function* (
  directory: string,
  { limit = 24 }: { readonly limit?: number | undefined } = {}
) {
  const failure = (cause: unknown) => new SamplesError({ directory, detail: (cause as Error).message })
  yield* Effect.tryPromise({ try: () => mkdir(directory, { recursive: true }), catch: failure })
  return yield* Effect.forEach(
    SampleScenes.take(limit),
    (scene, position) => {
      const path = join(directory, `${String(position + 1).padStart(2, "0")}-${scene.name}.jpg`)
      return Effect.as(Effect.tryPromise({ try: () => writeUnlessCurrent(scene, path), catch: failure }), path)
    },
    { concurrency: 4 }
  )
})

/** The scene as a JPEG that carries it. */
export const render = (scene: Scene): Effect.Effect<Uint8Array> => Effect.promise(() => encode(scene, drawingOf(scene)))

interface Drawing {
  readonly svg: string
  /** Names the drawing by its content. */
  readonly software: string
}

const drawingOf = (scene: Scene): Drawing => {
  const svg = SceneDrawing.draw(scene)
  return { svg, software: `windmill drawing ${createHash("sha1").update(svg).digest("hex")}` }
}

const writeUnlessCurrent = async (scene: Scene, path: string): Promise<void> => {
  const drawing = drawingOf(scene)
  if ((await softwareOf(path)) === drawing.software) return
  const draft = `${path}.tmp`
  await writeFile(draft, await encode(scene, drawing))
  await rename(draft, path)
}

const encode = (scene: Scene, { software, svg }: Drawing): Promise<Uint8Array> =>
  sharp(Buffer.from(svg))
    .flatten({ background: "white" })
    .jpeg({ quality: 90 })
    .withExif({ IFD0: { ImageDescription: asciiJson(scene), Software: software } })
    .toBuffer()

/** EXIF text is ASCII: all else is escaped as JSON allows. */
const asciiJson = (scene: Scene): string =>
  Schema.encodeSync(SceneJson)(scene).replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`
  )

/** What a picture says it was made by; `undefined` when there is no picture that can be read. */
const softwareOf = async (path: string): Promise<unknown> => {
  try {
    const { exif } = await sharp(path).metadata()
    return exif && exifReader(exif).Image?.Software
  } catch {
    return undefined
  }
}
