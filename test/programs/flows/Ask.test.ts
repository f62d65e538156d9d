import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { get, standard } from "../../../src/domain/ServiceCatalog.ts"
import { aboutImage } from "../../../src/programs/flows/Ask.ts"
import { ImageSource, ImageSourceError, Unusable } from "../../../src/services/ImageSource.ts"
import { type Handover, Inference, InferenceError, Unavailable } from "../../../src/services/Inference.ts"
import { serviceId } from "../../support/Facts.ts"
import { sourceImage } from "../../support/SourceImages.ts"

const clip = get(standard, serviceId("clip"))
const image = sourceImage({ filename: "a.jpg", width: 1, height: 1 })
const damage = new ImageSourceError({ reason: new Unusable({ image: "/a.jpg", detail: "is damaged" }) })
const failure = new InferenceError({ reason: new Unavailable({ service: "clip", detail: "HTTP 500" }) })

/** Why there is no answer from a service that fails about a picture. */
const failureAbout = (load: ImageSource["Service"]["load"]) =>
  aboutImage(clip, { filename: "a.jpg", path: "/a.jpg" }).pipe(
    Effect.flip,
    Effect.provide(
      Layer.mergeAll(
        Layer.mock(Inference, { analyze: () => Effect.fail(failure) }),
        Layer.mock(ImageSource, { lend: (_, use) => use(image), load })
      )
    )
  )

describe("aboutImage", () => {
  it.effect("blames the picture when a service fails on one that is damaged", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* failureAbout(() => Effect.fail(damage)), damage)
    })
  )

  it.effect("blames the service when the picture is whole", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* failureAbout(() => Effect.succeed(image)), failure)
    })
  )

  it.effect("lets a service read a picture itself only where it is as all are to see it", () =>
    Effect.gen(function* () {
      const handedOver = (input: "file" | "upload", isOriginal: boolean) =>
        Effect.gen(function* () {
          const forms: Array<Handover["_tag"]> = []
          yield* aboutImage({ ...clip, input }, { filename: "a.jpg", path: "/a.jpg" }).pipe(
            Effect.provide(
              Layer.mergeAll(
                Layer.mock(Inference, {
                  analyze: (_, handover) => Effect.sync(() => (forms.push(handover._tag), { data: {} }))
                }),
                Layer.mock(ImageSource, { lend: (_, use) => use({ ...image, isOriginal }) })
              )
            )
          )
          return forms
        })
      assert.deepStrictEqual(yield* handedOver("file", true), ["File"])
      assert.deepStrictEqual(yield* handedOver("file", false), ["Upload"])
      assert.deepStrictEqual(yield* handedOver("upload", false), ["Upload"])
    })
  )
})
