/**
 * URLs that carry a permission: storage in the cloud signs them, for a while, for whoever holds them.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-creating-signed-url-custom-policy.html
 * @see https://cloud.google.com/storage/docs/access-control/signed-urls
 * @see https://learn.microsoft.com/en-us/rest/api/storageservices/create-user-delegation-sas
 * @see https://www.alibabacloud.com/help/en/oss/developer-reference/ddd-signatures-to-urls
 */

/** A way to sign: the parameters by which it is recognized, all of them, and all that belong to the signature. */
interface Scheme {
  readonly marks: ReadonlyArray<string>
  readonly parameters: (name: string) => boolean
}

const oneOf = (names: string) => {
  const set = new Set(names.split(" "))
  return (name: string) => set.has(name)
}

/** Names are in lower case. */
const schemes: ReadonlyArray<Scheme> = [
  { marks: ["x-amz-signature"], parameters: (name) => name.startsWith("x-amz-") },
  {
    marks: ["awsaccesskeyid", "signature"],
    parameters: oneOf("awsaccesskeyid signature expires x-amz-security-token")
  },
  { marks: ["key-pair-id", "signature"], parameters: oneOf("key-pair-id signature expires policy hash-algorithm") },
  { marks: ["x-goog-signature"], parameters: (name) => name.startsWith("x-goog-") },
  { marks: ["googleaccessid", "signature"], parameters: oneOf("googleaccessid signature expires") },
  {
    marks: ["sig", "sv"],
    parameters: oneOf("sig sv ss srt sp sr st se spr sip si skoid sktid skt ske sks skv saoid suoid scid sdd ses")
  },
  { marks: ["ossaccesskeyid", "signature"], parameters: oneOf("ossaccesskeyid signature expires security-token") },
  {
    marks: ["x-oss-signature"],
    parameters: oneOf(
      "x-oss-signature x-oss-signature-version x-oss-credential x-oss-date x-oss-expires x-oss-additional-headers " +
        "x-oss-security-token"
    )
  }
]

/**
 * The URL without what only signs it: the same for all URLs of one thing whose signatures differ. Anything else is left as it
 * is, letter by letter.
 *
 * @example
 * unsigned("https://x.blob.core.windows.net/a/b.jpg?snapshot=1&sv=2024-11-04&sig=abc") // => "https://x.blob.core.windows.net/a/b.jpg?snapshot=1"
 */
export const unsigned = (url: string): string => {
  const [, place, query, fragment = ""] = /^(https?:\/\/[^?#]*)\?([^#]*)(#.*)?$/is.exec(url) ?? []
  if (place === undefined || query === undefined) return url
  const parameters = query.split("&").map((text) => ({ text, name: nameOf(text) }))
  const names = new Set(parameters.map(({ name }) => name))
  const scheme = schemes.find(({ marks }) => marks.every((mark) => names.has(mark)))
  if (scheme === undefined) return url
  const kept = parameters.filter(({ name }) => !scheme.parameters(name)).map(({ text }) => text)
  return `${place}${kept.length > 0 ? `?${kept.join("&")}` : ""}${fragment}`
}

/**
 * A place as anyone may read it: a URL without what signs it, and without the name and password that lead to it.
 *
 * @example
 * shown("https://anna:secret@nas/a.jpg") // => "https://nas/a.jpg"
 */
export const shown = (place: string): string => unsigned(place).replace(/^(https?:\/\/)[^/?#]*@/i, "$1")

const nameOf = (parameter: string): string => (parameter.split("=", 1)[0] ?? "").toLowerCase()
