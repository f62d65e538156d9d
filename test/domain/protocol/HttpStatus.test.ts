import { assert, describe, it } from "@effect/vitest"
import { Duration, type Schema } from "effect"
import * as HttpStatus from "../../../src/domain/protocol/HttpStatus.ts"

const now = Date.parse("2026-11-26T12:00:00Z")
const verdict = (status: number, headers: Readonly<Record<string, string>> = {}, json?: Schema.Json, text = "") =>
  HttpStatus.meaningOf({ status, headers, json, text }, now)

/** How long a verdict asks to wait, in milliseconds. */
const waiting = (verdict: HttpStatus.Meaning): number | undefined =>
  verdict._tag === "Later" && verdict.retryAfter !== undefined ? Duration.toMillis(verdict.retryAfter) : undefined

const detailOf = (verdict: HttpStatus.Meaning): string => (verdict._tag === "Answered" ? "" : verdict.detail)

describe("meaningOf", () => {
  it.each([408, 420, 423, 425, 429, 430, 500, 502, 503, 504, 507, 520, 522, 524, 529, 599])(
    "tries %i again",
    (status) => {
      assert.strictEqual(verdict(status)._tag, "Later")
    }
  )

  it.each([301, 304, 307, 400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 451, 501, 505])(
    "gives up at %i",
    (status) => {
      assert.strictEqual(verdict(status)._tag, "Final")
    }
  )

  it("takes a 403 of a used up limit for one", () => {
    assert.strictEqual(verdict(403, { "x-ratelimit-remaining": "0" })._tag, "Later")
    assert.strictEqual(verdict(403, { "retry-after": "3" })._tag, "Later")
    assert.strictEqual(verdict(403, { "x-ratelimit-remaining": "7" })._tag, "Final")
  })

  it.each([
    [429, { "retry-after": "7" }, undefined, 7000],
    [503, { "retry-after": "Thu, 26 Nov 2026 12:00:30 GMT" }, undefined, 30_000],
    [503, { "retry-after": "Thu, 26 Nov 2026 11:00:00 GMT" }, undefined, 0],
    [429, { "retry-after-ms": "1500", "retry-after": "9" }, undefined, 1500],
    [503, {}, { error: "loading", estimated_time: 20.5 }, 20_500],
    [429, { "x-ratelimit-reset": String(now / 1000 + 12) }, undefined, 12_000],
    [429, { "ratelimit-reset": "12" }, undefined, 12_000],
    [429, { "x-ratelimit-reset-requests": "1m30s" }, undefined, 90_000],
    [429, { "x-ratelimit-reset-tokens": "250ms" }, undefined, 250],
    [429, { "retry-after": "soon" }, undefined, undefined],
    [429, { "retry-after": "99999999" }, undefined, 24 * 3600 * 1000]
  ] as const)("knows from %i with %j until when to wait", (status, headers, json, expected) => {
    assert.strictEqual(waiting(verdict(status, headers, json)), expected)
  })

  it.each([
    [
      307,
      { location: "/analyze/?token=secret" },
      undefined,
      "",
      'HTTP 307, moved to /analyze/: set "endpoint" to that'
    ],
    [301, { location: "https://h/a" }, undefined, "", 'HTTP 301, moved to https://h/a: set "url" to that'],
    [401, { "www-authenticate": "Bearer" }, undefined, "", "HTTP 401 (www-authenticate: Bearer)"],
    [405, { allow: "GET" }, { detail: "Method Not Allowed" }, "", "HTTP 405 (allow: GET): Method Not Allowed"],
    [400, {}, { error: { message: "File too large" } }, "", "HTTP 400: File too large"],
    [413, {}, { error: "File too large" }, "", 'HTTP 413: File too large; "maxPictureSize" sends pictures smaller'],
    [422, {}, { detail: [{ loc: ["body", "file"], msg: "Field required" }] }, "", "HTTP 422: Field required"],
    [400, {}, { title: "Bad picture" }, "", "HTTP 400: Bad picture"],
    [502, {}, undefined, "<html><head><title>502 Bad Gateway</title></head></html>", 'HTTP 502: "502 Bad Gateway"'],
    [404, {}, undefined, "not found\n", 'HTTP 404: "not found"'],
    [400, {}, {}, "{}", "HTTP 400"]
  ] as const)("says of %i with %j which header or body said so", (status, headers, json, text, expected) => {
    assert.strictEqual(detailOf(verdict(status, headers, json, text)), expected)
  })
})
