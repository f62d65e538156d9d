/**
 * What every response carries, whatever it is: protection in browsers, an ETag, words for errors that have none.
 *
 * @see https://owasp.org/www-project-secure-headers/
 */
import { Effect } from "effect"
import { HttpEffect, type HttpServerRequest, HttpServerResponse } from "effect/http"
import * as NodeCrypto from "node:crypto"
import * as NodeHttp from "node:http"
import * as HttpProblem from "../../domain/HttpProblem.ts"
import { policyFor } from "./ContentPolicies.ts"

/** Carries it, also where there is no route. */
export const middleware = HttpEffect.withPreResponseHandler((request, response) =>
  Effect.succeed(withProtection(request, withEtag(request, withWords(request, response))))
)

const withProtection = (
  request: HttpServerRequest.HttpServerRequest,
  response: HttpServerResponse.HttpServerResponse
): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.setHeaders(response, {
    // A browser keeps the policy of the page it has, but takes over another one that comes with "not modified".
    ...(response.status === 304 ? {} : { "content-security-policy": policyFor(request.url, response) }),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    ...(response.status === 429 ? { "retry-after": "1" } : {}),
    // What is shown is of now: it may be kept, but not used without asking. A file that is named by its content stays as it is.
    ...(isNamedByContent(request.url) && response.status < 400
      ? { "cache-control": "public, max-age=31536000, immutable" }
      : response.headers["cache-control"] === undefined
        ? { "cache-control": "private, no-cache" }
        : {})
  })

/** The build puts a hash of their content into the names of these files. */
const isNamedByContent = (url: string): boolean => /^\/assets\/[^/]+-[\w-]{8}\.\w+$/.test(url)

/** Names the content of a whole answer, and leaves it out when the reader has it. */
const withEtag = (
  request: HttpServerRequest.HttpServerRequest,
  response: HttpServerResponse.HttpServerResponse
): HttpServerResponse.HttpServerResponse => {
  const { body, headers, status } = response
  if (status !== 200 || body._tag !== "Uint8Array" || !["GET", "HEAD"].includes(request.method)) return response
  const etag = headers["etag"] ?? `"${NodeCrypto.createHash("sha1").update(body.body).digest("base64url")}"`
  const known = (request.headers["if-none-match"] ?? "").split(",").map((one) => one.trim().replace(/^W\//, ""))
  const named = HttpServerResponse.setHeader(response, "etag", etag)
  return known.includes(etag) || known.includes("*")
    ? HttpServerResponse.setStatus(HttpServerResponse.setBody(named, empty), 304)
    : named
}

const empty = HttpServerResponse.empty().body

/** An error that says nothing but its status says it as a problem. */
const withWords = (
  request: HttpServerRequest.HttpServerRequest,
  response: HttpServerResponse.HttpServerResponse
): HttpServerResponse.HttpServerResponse => {
  const { body, headers } = response
  if (response.status < 400 || (headers["content-type"] ?? "").startsWith("application/problem+json")) return response
  const status = response.status === 404 ? HttpProblem.statusOfNothing(request, methods) : response.status
  const title = NodeHttp.STATUS_CODES[status] ?? "Error"
  const detail = body._tag === "Uint8Array" && body.text ? body.text : (details[status] ?? title)
  return HttpServerResponse.text(JSON.stringify(HttpProblem.make(status, title, detail)), {
    status,
    contentType: "application/problem+json",
    ...(status === 405 ? { headers: { allow: [...methods].join(", ") } } : {})
  })
}

const methods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PATCH", "DELETE"])

const details: Readonly<Record<number, string>> = {
  400: HttpProblem.unreadableAddress,
  404: "There is nothing at this address: see /docs for what there is",
  405: "No address takes this method: see /docs for what there is"
}
