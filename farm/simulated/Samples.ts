/**
 * The sample pictures that come with windmill: 24 drawings as JPEG.
 *
 * Each carries what it shows as JSON in EXIF `ImageDescription`, where the farm finds it (see `Scene.ts`).
 */
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import { Effect, Schema } from "effect"

/** The samples cannot be written. */
export class SamplesError extends Schema.TaggedError<SamplesError>()("SamplesError", {
  directory: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `Cannot write the sample pictures to ${this.directory}: ${this.detail}. Choose a folder that can be written.`
  }
}

/** The paths of the samples where windmill is installed, in order, the most telling ones first. */
export const paths: Effect.Effect<ReadonlyArray<string>> = Effect.promise(async () => {
  const folder = fileURLToPath(new URL("../samples/", import.meta.url))
  const names = (await readdir(folder)).filter((name) => name.endsWith(".jpg"))
  return names.sort().map((name) => join(folder, name))
})

/**
 * Makes sure that the first `limit` samples (all unless given) are in the folder, and returns their paths there in order.
 * Files that are there with the same content are left alone.
 */
export const write = Effect.fn("Samples.write")(function* (
  directory: string,
  { limit }: { readonly limit?: number | undefined } = {}
) {
  const samples = (yield* paths).slice(0, limit)
  return yield* Effect.tryPromise({
    try: async () => {
      await mkdir(directory, { recursive: true })
      return Promise.all(samples.map((sample) => copyUnlessSame(sample, join(directory, basename(sample)))))
    },
    catch: (cause) => new SamplesError({ directory, detail: (cause as Error).message })
  })
})

/** The copy appears whole or not at all. Returns its path. */
const copyUnlessSame = async (sample: string, path: string): Promise<string> => {
  const [wanted, present] = await Promise.all([readFile(sample), readFile(path).catch(() => undefined)])
  if (present === undefined || !present.equals(wanted)) {
    const draft = `${path}.tmp`
    await writeFile(draft, wanted)
    await rename(draft, path)
  }
  return path
}
