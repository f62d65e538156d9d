/** Where the storage is and who asks, by the variables that the tools of AWS have, from the environment or `.env`. */
import type { S3ClientConfig } from "@aws-sdk/client-s3"
import { Config, Effect, Option, Redacted } from "effect"

const either = (...names: readonly [string, string]) =>
  Config.option(Config.NonEmptyString(names[0]).pipe(Config.orElse(() => Config.NonEmptyString(names[1]))))

/**
 * What differs from what the SDK finds out itself: it reads the environment, the files in `~/.aws`, and asks the machine that
 * it runs on, but knows neither `.env` nor secrets in files.
 */
export const settings = Effect.gen(function* () {
  const endpoint = yield* either("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
  const region = yield* either("AWS_REGION", "AWS_DEFAULT_REGION")
  const profile = yield* Config.option(Config.NonEmptyString("AWS_PROFILE"))
  const accessKeyId = yield* Config.option(Config.NonEmptyString("AWS_ACCESS_KEY_ID"))
  const secretAccessKey = yield* Config.option(Config.Redacted("AWS_SECRET_ACCESS_KEY"))
  const sessionToken = yield* Config.option(Config.Redacted("AWS_SESSION_TOKEN"))
  // Storage that is not of AWS seldom has a name for each bucket.
  const forcePathStyle = yield* Config.Boolean("S3_PATH_STYLE").pipe(Config.withDefault(Option.isSome(endpoint)))
  const keys = Option.all({ accessKeyId, secretAccessKey })
  return {
    forcePathStyle,
    // It is a part of every signature. What is not of AWS calls its only one that.
    ...optional("region", Option.isSome(endpoint) ? Option.orElseSome(region, () => "us-east-1") : region),
    ...optional("endpoint", endpoint),
    ...optional("profile", profile),
    ...(Option.isSome(keys) && Option.isNone(profile)
      ? {
          credentials: {
            accessKeyId: keys.value.accessKeyId,
            secretAccessKey: Redacted.value(keys.value.secretAccessKey),
            ...optional("sessionToken", Option.map(sessionToken, Redacted.value))
          }
        }
      : {}),
    // Checks that not all storage knows, and that the transport does anyway.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: { connectionTimeout: 10_000, requestTimeout: 30_000 }
  } satisfies S3ClientConfig
})

const optional = <Name extends string, A>(name: Name, value: Option.Option<A>): { readonly [N in Name]?: A } =>
  Option.isSome(value) ? ({ [name]: value.value } as { readonly [N in Name]?: A }) : {}
