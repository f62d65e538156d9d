/**
 * Which content a browser may run or load for a response.
 *
 * Pages run scripts of this server only. What is no page, an answer or a picture, runs nothing and loads nothing, even if
 * a browser is made to show it as a page.
 *
 * @see https://www.w3.org/TR/CSP3/
 */
import type { HttpServerResponse } from "effect/http"
import { styleHash } from "./Documentation.ts"

/** The path of the documentation. */
export const docsPath = "/docs"

export const policyFor = (url: string, response: HttpServerResponse.HttpServerResponse): string => {
  // The policy of a script is that of the worker it may run as.
  const isPage = /^text\/(?:html|javascript)\b/.test(response.headers["content-type"] ?? "")
  if (!isPage) return "default-src 'none'; frame-ancestors 'none'; sandbox"
  return url.split("?")[0] === docsPath ? docsPolicy : page(["script-src 'self'", "style-src 'self'"])
}

const page = (sources: ReadonlyArray<string>): string =>
  [
    "default-src 'none'",
    ...sources,
    "img-src 'self' blob: data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'"
  ].join("; ")

/** The documentation brings its style along, and runs nothing. */
const docsPolicy = page([`style-src ${styleHash}`])
