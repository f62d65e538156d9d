import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as ApiServers from "../../support/ApiServers.ts"
import * as S3Servers from "../../support/S3Servers.ts"

const api = Layer.unwrap(
  Effect.gen(function* () {
    const variables = yield* S3Servers.serve("photos", "private")
    const picture = yield* ApiServers.picture("olive")
    yield* S3Servers.put(variables, { bucket: "photos", key: "open/olive.jpg" }, picture)
    yield* S3Servers.put(variables, { bucket: "photos", key: "open/notes.jpg" }, new TextEncoder().encode("no picture"))
    yield* S3Servers.put(variables, { bucket: "private", key: "open/olive.jpg" }, picture)
    return ApiServers.layer({ environment: { ...variables, API_FETCH_BUCKETS: "photos/open/,scans" } })
  })
)

layer(api, { excludeTestServices: true })("images in storage", (it) => {
  const submit = (url: string) =>
    Effect.flatMap(ApiServers.client, (api) => api.images.submit({ query: {}, headers: {}, payload: { url } }))

  it.effect("are read where they are, and are the same image by bucket and key", () =>
    Effect.gen(function* () {
      const client = yield* ApiServers.client
      const first = yield* submit("s3://photos/open/olive.jpg")
      const image = yield* client.images.get({ params: { id: first.id } })
      assert.deepInclude(image, { url: "s3://photos/open/olive.jpg", filename: "olive.jpg" })
      const again = yield* submit("S3://photos/open/olive.jpg")
      assert.deepInclude(again, { id: first.id, isNew: false })
      const shown = yield* client.images.content({ params: { id: first.id }, query: {} })
      assert.isAbove(shown.length, 100)
    })
  )

  it.effect("are refused beyond what the one who serves allows, and when they are no pictures", () =>
    Effect.gen(function* () {
      for (const url of [
        "s3://private/open/olive.jpg",
        "s3://photos/olive.jpg",
        "s3://photos",
        "s3:///open/x",
        "s3://photos/open/../closed/olive.jpg",
        "s3://scans/../private/olive.jpg",
        "s3://photos/open/./olive.jpg"
      ]) {
        const problem = yield* Effect.flip(submit(url))
        assert.match(String("detail" in problem && problem.detail), /only what API_FETCH_BUCKETS allows/, url)
      }
      const missing = yield* Effect.flip(submit("s3://photos/open/none.jpg"))
      assert.match(String("detail" in missing && missing.detail), /does not exist: check the key/)
      const text = yield* Effect.flip(submit("s3://photos/open/notes.jpg"))
      assert.match(String("detail" in text && text.detail), /is not a picture in a known format/)
    })
  )
})
