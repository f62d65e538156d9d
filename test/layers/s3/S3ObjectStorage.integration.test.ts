import { assert, describe, it, vi } from "@effect/vitest"
import { NodeServices } from "@effect/platform-node"
import { Effect, Layer, Result, Stream } from "effect"
import sharp from "sharp"
import type { StoredObject } from "../../../src/domain/StoredObject.ts"
import * as ImageFiles from "../../../src/layers/files/ImageFiles.ts"
import * as S3ObjectStorage from "../../../src/layers/s3/S3ObjectStorage.ts"
import { ImageSource, type ImageSourceError } from "../../../src/services/ImageSource.ts"
import { ObjectStorage } from "../../../src/services/ObjectStorage.ts"
import { serve } from "../../support/HttpServers.ts"
import * as ImageSources from "../../support/ImageSources.ts"
import * as S3Servers from "../../support/S3Servers.ts"

const storage = (variables: Readonly<Record<string, string>>) =>
  S3ObjectStorage.layer.pipe(Layer.provide(S3Servers.environment(variables)))

/** What becomes of fetching the object where the environment has these variables. */
const fetched = (variables: Readonly<Record<string, string>>, object: StoredObject) =>
  ObjectStorage.use(({ fetch }) => Stream.runDrain(fetch(object))).pipe(
    Effect.result,
    Effect.map((result) => (Result.isFailure(result) ? result.failure : undefined)),
    Effect.provide(storage(variables))
  )

const login = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" }

/** Storage that refuses everything with this error. */
const refusing = (status: number, code: string, more = "") =>
  serve((_request, response) => {
    response.writeHead(status, { "content-type": "application/xml" })
    response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message>${more}</Error>`)
  })

/** What is away with the object. */
const sourceOf = (failure: ImageSourceError | undefined) =>
  failure?.reason._tag === "Unreachable" ? failure.reason.source : undefined

const cat = { bucket: "photos", key: "cat.jpg" }

describe("S3ObjectStorage", () => {
  it.live("reads pictures where a prefix finds them, and passes over what folders' rules pass over", () =>
    Effect.gen(function* () {
      const variables = yield* S3Servers.serve("photos")
      const jpeg = yield* Effect.promise(() =>
        sharp({ create: { width: 40, height: 20, channels: 3, background: "teal" } })
          .jpeg()
          .toBuffer()
      )
      const odd = "2024/a+b & ü %41.jpg"
      for (const key of [odd, "2024/@eaDir/x.jpg", "2024/notes.txt", "2025/c.jpg"]) {
        yield* S3Servers.put(variables, { bucket: "photos", key }, jpeg)
      }
      const surroundings = Layer.mergeAll(storage(variables), ImageSources.layer()).pipe(
        Layer.provide(S3Servers.environment(variables)),
        Layer.merge(NodeServices.layer)
      )
      yield* Effect.gen(function* () {
        const found = yield* Stream.runCollect(ImageFiles.find(["s3://photos/2024"]))
        assert.deepEqual(found, [{ url: `s3://photos/${odd}`, filename: "a+b & ü %41.jpg" }])
        const image = yield* ImageSource.use((source) => source.load(found[0]!))
        assert.deepInclude(image, { width: 40, height: 20, mediaType: "image/jpeg" })
      }).pipe(Effect.provide(surroundings))
    }).pipe(Effect.scoped)
  )

  it.live("lists page after page, whatever XML can hold of a key", () =>
    Effect.gen(function* () {
      const pages = 20
      const asked: Array<string | null> = []
      const port = yield* serve((request, response) => {
        const { searchParams } = new URL(request.url!, "http://storage")
        asked.push(searchParams.get("continuation-token"))
        const page = Number(searchParams.get("continuation-token") ?? 0)
        const keys = Array.from({ length: 1000 }, (_, i) => `<Contents><Key>${page}/%01+${i}.jpg</Key></Contents>`)
        const next = page + 1 < pages ? `<NextContinuationToken>${page + 1}</NextContinuationToken>` : ""
        response.writeHead(200, { "content-type": "application/xml" })
        response.end(
          `<?xml version="1.0"?><ListBucketResult><EncodingType>url</EncodingType>${keys.join("")}${next}</ListBucketResult>`
        )
      })
      const found = yield* ObjectStorage.use(({ list }) => Stream.runCollect(list({ bucket: "photos", key: "" }))).pipe(
        Effect.provide(storage({ ...login, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` }))
      )
      assert.strictEqual(found.length, pages * 1000)
      assert.deepEqual([found[0], found.at(-1)], ["0/\u0001 0.jpg", "19/\u0001 999.jpg"])
      assert.strictEqual(asked.length, pages)
    }).pipe(Effect.scoped)
  )

  it.live("says what a server says is wrong: with an object, or with its whole bucket", () =>
    Effect.gen(function* () {
      const variables = yield* S3Servers.serve("photos")
      const missing = yield* fetched(variables, cat)
      assert.strictEqual(missing?.reason._tag, "Missing")
      assert.match(missing!.message, /^s3:\/\/photos\/cat\.jpg does not exist: check the key/)
      const bucket = yield* fetched(variables, { bucket: "fotos", key: "cat.jpg" })
      assert.strictEqual(sourceOf(bucket), "s3://fotos")
      assert.match(bucket!.message, /there is no bucket "fotos": check its name/)
      const key = yield* fetched({ ...variables, AWS_ACCESS_KEY_ID: "other" }, cat)
      assert.match(key!.message, /does not know the access key: check AWS_ACCESS_KEY_ID/)
    }).pipe(Effect.scoped)
  )

  it.live.each([
    [403, "SignatureDoesNotMatch", "", /check AWS_SECRET_ACCESS_KEY/],
    [403, "RequestTimeTooSkewed", "", /the clock of this machine is wrong by more than 15 minutes/],
    [400, "ExpiredToken", "", /the session of the credentials is over/],
    [400, "AuthorizationHeaderMalformed", "<Region>eu-west-3</Region>", /set AWS_REGION=eu-west-3/],
    [301, "PermanentRedirect", "", /in another region, or at another endpoint/]
  ] as const)("takes the whole bucket for away after HTTP %i %s", ([status, code, more, message]) =>
    Effect.gen(function* () {
      const port = yield* refusing(status, code, more)
      const failure = yield* fetched({ ...login, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` }, cat)
      assert.strictEqual(sourceOf(failure), "s3://photos")
      assert.match(failure!.message, message)
    }).pipe(Effect.scoped)
  )

  it.live.each([
    [403, "AccessDenied", "Missing", /may not be read, or does not exist: allow these credentials s3:GetObject/],
    [403, "InvalidObjectState", "Unusable", /is archived: restore it/],
    [503, "SlowDown", "Unreachable", /the storage answers HTTP 503 \(SlowDown\)/]
  ] as const)("takes HTTP %i %s for a matter of the object", ([status, code, tag, message]) =>
    Effect.gen(function* () {
      const port = yield* refusing(status, code)
      const failure = yield* fetched({ ...login, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` }, cat)
      assert.strictEqual(failure?.reason._tag, tag)
      assert.strictEqual(sourceOf(failure), undefined)
      assert.match(failure!.message, message)
    }).pipe(Effect.scoped)
  )

  it.live("says what the environment lacks", () =>
    Effect.gen(function* () {
      // What the machine of the test has is none of its business.
      for (const name of ["AWS_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
        vi.stubEnv(name, undefined)
      vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true")
      vi.stubEnv("AWS_CONFIG_FILE", "/none")
      vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/none")
      yield* Effect.addFinalizer(() => Effect.sync(() => vi.unstubAllEnvs()))
      const endpoint = { AWS_ENDPOINT_URL_S3: "http://127.0.0.1:1" }
      assert.match((yield* fetched(endpoint, cat))!.message, /there are no credentials: set AWS_ACCESS_KEY_ID/)
      assert.match((yield* fetched(login, cat))!.message, /no region is given: set AWS_REGION/)
      assert.match((yield* fetched({ ...login, ...endpoint }, cat))!.message, /the storage refuses connections/)
    }).pipe(Effect.scoped)
  )
})
