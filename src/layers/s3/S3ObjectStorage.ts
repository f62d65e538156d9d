/**
 * Storage that speaks S3, by the SDK of AWS, which finds region and credentials as all tools of AWS do.
 *
 * The SDK is an optional package and takes half a second to load, so it is loaded when the first object is asked for.
 */
import * as NodeStream from "@effect/platform-node/NodeStream"
import type * as Sdk from "@aws-sdk/client-s3"
import { Duration, Effect, Layer, Option, Scope, Stream } from "effect"
import type { Readable } from "node:stream"
import { addressOf, type StoredObject } from "../../domain/StoredObject.ts"
import { ImageSourceError, Unreachable } from "../../services/ImageSource.ts"
import { ObjectStorage } from "../../services/ObjectStorage.ts"
import { settings } from "./S3Settings.ts"
import * as StorageProblem from "./StorageProblem.ts"

/** How long fetching one object may take, as long as for a picture on the web. */
const timeout = Duration.seconds(30)

export const layer = Layer.effect(
  ObjectStorage,
  Effect.gen(function* () {
    const config = yield* settings
    const scope = yield* Effect.scope
    const open = yield* Effect.cached(opened(config, scope))
    const opening = (object: StoredObject) => Effect.mapError(open, (detail) => unreachable(object, detail))

    const list = (prefix: StoredObject) =>
      Stream.unwrap(
        Effect.map(opening(prefix), ({ client, sdk }) =>
          Stream.paginate(
            undefined as string | undefined,
            Effect.fn("ObjectStorage.list")(function* (token: string | undefined) {
              const page = yield* asked(prefix, (abortSignal) =>
                client.send(
                  new sdk.ListObjectsV2Command({
                    Bucket: prefix.bucket,
                    Prefix: prefix.key,
                    ContinuationToken: token,
                    // What XML cannot hold, keys may.
                    EncodingType: "url"
                  }),
                  { abortSignal }
                )
              )
              const isEncoded = page.EncodingType === "url"
              const keys = (page.Contents ?? []).flatMap(({ Key: key }) =>
                key === undefined ? [] : [isEncoded ? decoded(key) : key]
              )
              return [keys, Option.fromUndefinedOr(page.NextContinuationToken)] as const
            })
          )
        )
      )

    const fetch = (object: StoredObject) =>
      Stream.unwrap(
        Effect.flatMap(opening(object), ({ client, sdk }) =>
          asked(object, (abortSignal) =>
            client.send(new sdk.GetObjectCommand({ Bucket: object.bucket, Key: object.key }), { abortSignal })
          ).pipe(
            Effect.map(({ Body }) =>
              NodeStream.fromReadable<Uint8Array, ImageSourceError>({
                evaluate: () => Body as Readable,
                onError: (error) => StorageProblem.of(object, error)
              })
            )
          )
        )
      ).pipe(
        Stream.interruptWhen(Effect.andThen(Effect.sleep(timeout), late(object))),
        Stream.withSpan("ObjectStorage.fetch", { kind: "client" })
      )

    return ObjectStorage.of({ fetch, list })
  })
)

/** The SDK and a client, until the scope closes; or why not. */
const opened = (config: Effect.Success<typeof settings>, scope: Scope.Scope) =>
  Effect.gen(function* () {
    const sdk = yield* Effect.tryPromise({
      try: (): Promise<typeof Sdk> => import("@aws-sdk/client-s3"),
      catch: () =>
        "s3:// needs the optional package @aws-sdk/client-s3, which is not installed: npm install @aws-sdk/client-s3"
    })
    const client: Sdk.S3Client = yield* Effect.acquireRelease(
      Effect.sync(() => new sdk.S3Client(config)),
      (client) => Effect.sync(() => client.destroy())
    )
    return { sdk, client }
  }).pipe(Effect.provideService(Scope.Scope, scope))

const asked = <A>(object: StoredObject, ask: (signal: AbortSignal) => Promise<A>) =>
  Effect.tryPromise({ try: ask, catch: (error) => StorageProblem.of(object, error) })

/** A key as it is, of one as it is encoded in a list. */
const decoded = (key: string): string => decodeURIComponent(key.replaceAll("+", " "))

const late = (object: StoredObject) => Effect.fail(unreachable(object, `not read within ${Duration.format(timeout)}`))

const unreachable = (object: StoredObject, detail: string) =>
  new ImageSourceError({ reason: new Unreachable({ image: addressOf(object), detail }) })
