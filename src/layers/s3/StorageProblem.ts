/** What a refusal of the storage, or of the SDK that asks it, means, and what to do about it. */
import { addressOf, type StoredObject } from "../../domain/StoredObject.ts"
import { ImageSourceError, Missing, Unreachable, Unusable } from "../../services/ImageSource.ts"

/** What is read of an error. Its own words may name addresses and keys. */
interface StorageError {
  readonly name?: string
  readonly code?: string
  readonly message?: string
  readonly Region?: string
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> }
}

/** Bucket, login, region and clock concern all objects of a bucket: then it is away. */
export const of = (object: StoredObject, error: unknown): ImageSourceError => {
  const image = addressOf(object)
  const { bucket } = object
  const { $metadata, $response, Region, code, message = "", name = "" } = (error ?? {}) as StorageError
  const status = $metadata?.httpStatusCode
  const away = (detail: string) =>
    new ImageSourceError({
      reason: new Unreachable({ image, detail, source: addressOf({ bucket, key: "" }).slice(0, -1) })
    })
  const missing = (detail: string) => new ImageSourceError({ reason: new Missing({ image, detail }) })
  const final = (detail: string) => new ImageSourceError({ reason: new Unusable({ image, detail }) })
  switch (name) {
    case "NoSuchKey":
    case "NotFound":
      return missing("does not exist: check the key, upper and lower case are two")
    case "InvalidObjectState":
      return final("is archived: restore it to a class of storage that can be read")
    case "NoSuchBucket":
      return away(`there is no bucket "${bucket}": check its name, and AWS_ENDPOINT_URL_S3 where it is not of AWS`)
    case "AccessDenied":
    case "Forbidden":
    case "AllAccessDisabled":
      // Of an object that is not there, too, to whoever may not list the bucket.
      return missing("may not be read, or does not exist: allow these credentials s3:GetObject and s3:ListBucket")
    case "InvalidAccessKeyId":
      return away("the storage does not know the access key: check AWS_ACCESS_KEY_ID, and AWS_ENDPOINT_URL_S3")
    case "SignatureDoesNotMatch":
      return away("the secret does not fit the access key: check AWS_SECRET_ACCESS_KEY")
    case "ExpiredToken":
    case "TokenRefreshRequired":
    case "InvalidToken":
      return away("the session of the credentials is over: log in anew, or renew AWS_SESSION_TOKEN")
    case "RequestTimeTooSkewed":
    case "RequestExpired":
      return away("the clock of this machine is wrong by more than 15 minutes: set it, and keep it by NTP")
    case "CredentialsProviderError":
    case "TokenProviderError":
      return away(
        "there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, " +
          "or give the machine a role"
      )
    case "PermanentRedirect":
    case "TemporaryRedirect":
    case "AuthorizationHeaderMalformed":
    case "IllegalLocationConstraintException":
      return away(elsewhere(bucket, Region ?? $response?.headers?.["x-amz-bucket-region"]))
  }
  if (message.startsWith("Region is missing")) return away("no region is given: set AWS_REGION to that of the bucket")
  if (status === 301 || status === 307) return away(elsewhere(bucket, $response?.headers?.["x-amz-bucket-region"]))
  if (status === 404) return missing("does not exist: check bucket and key")
  if (status !== undefined) {
    const detail = `the storage answers HTTP ${status} (${name || "no reason given"})`
    return new ImageSourceError({ reason: new Unreachable({ image, detail }) })
  }
  return away(
    connection[code ?? name] ?? `the connection to the storage failed (${code ?? (name || "no reason given")})`
  )
}

const elsewhere = (bucket: string, region: string | undefined): string =>
  region === undefined
    ? `the bucket "${bucket}" is in another region, or at another endpoint: set AWS_REGION to its region`
    : `the bucket "${bucket}" is in the region ${region}: set AWS_REGION=${region}`

const connection: Readonly<Record<string, string>> = {
  ENOTFOUND:
    "no such host is known: check AWS_ENDPOINT_URL_S3, and S3_PATH_STYLE where buckets have no names of their own",
  EAI_AGAIN: "the name of the storage cannot be looked up now",
  ECONNREFUSED: "the storage refuses connections: is it running, and is AWS_ENDPOINT_URL_S3 right?",
  ECONNRESET: "the storage broke the connection off",
  ETIMEDOUT: "the storage does not answer",
  TimeoutError: "the storage does not answer"
}
