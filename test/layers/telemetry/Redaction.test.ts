import { assert, describe, it } from "@effect/vitest"
import { SpanStatusCode } from "@opentelemetry/api"
import { Schema } from "effect"
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base"
import * as Redaction from "../../../src/layers/telemetry/Redaction.ts"

describe("text", () => {
  it.each([
    ["GET https://host/a/b.jpg?sig=1&x=2 failed", "GET https://host/a/b.jpg failed"],
    ["https://me:p?w@host/a is away", "https://… is away"],
    ["s3://key:secret@bucket/a is empty", "s3://bucket/a is empty"],
    ["amqp://guest:p@ss@host/v is away", "amqp://host/v is away"],
    ["see http://host/a#token=1, then", "see http://host/a then"],
    ['not JSON: "{\\"password\\": 1}" and "more"', 'not JSON: "…" and "…"'],
    ["HTTP 503: busy?", "HTTP 503: busy?"]
  ])("makes of %j %j", (words, expected) => {
    assert.strictEqual(Redaction.text(words), expected)
  })

  it.prop("never shows what is quoted, or the query of a URL", [Schema.String, Schema.String], ([before, secret]) => {
    const marked = `${secret.replaceAll('"', "")}SECRET`
    assert.notInclude(Redaction.text(`${before.replaceAll('"', "")} ${JSON.stringify(marked)}`), "SECRET")
    assert.notInclude(
      Redaction.text(`${before} https://host/a?b=${encodeURIComponent(hidden(secret))}SECRET`),
      "SECRET"
    )
  })

  it("cuts long texts, and shows nothing of what is quoted at the cut", () => {
    assert.strictEqual(Redaction.text("a".repeat(1_000_000)), "a".repeat(2000))
    assert.strictEqual(Redaction.text(`said "${"a".repeat(10_000)}"`), 'said "…"')
  })
})

/** Without lone surrogates, which no URL has. */
const hidden = (words: string) => words.replace(/[\uD800-\uDFFF]/g, "")

describe("redact", () => {
  const span = {
    name: "GET",
    attributes: {
      "windmill.image_id": 7,
      "url.full": "https://host/a?sig=secret",
      "url.query": "sig=secret",
      "db.query.text": 'SELECT "boxes_stale" FROM images'
    },
    status: { code: SpanStatusCode.ERROR, message: 'said "secret"' },
    events: [
      {
        name: 'log "secret"',
        time: [0, 0],
        attributes: { "exception.message": "https://host/a?secret", "exception.stacktrace": "secret" }
      }
    ],
    spanContext: () => ({ traceId: "t", spanId: "s", traceFlags: 1 })
  } as unknown as ReadableSpan

  it("keeps ids and names, and takes out queries, quotes and stack traces", () => {
    const redacted = Redaction.redact(span)
    assert.strictEqual(redacted.name, "GET")
    assert.deepEqual(redacted.attributes, {
      "windmill.image_id": 7,
      "url.full": "https://host/a",
      "db.query.text": 'SELECT "boxes_stale" FROM images'
    })
    assert.deepEqual(redacted.status, { code: SpanStatusCode.ERROR, message: 'said "…"' })
    assert.deepEqual(redacted.events[0]!.attributes, { "exception.message": "https://host/a" })
    assert.strictEqual(redacted.events[0]!.name, 'log "…"')
    assert.strictEqual(redacted.spanContext().traceId, "t")
  })

  it("leaves the span itself as it was", () => {
    Redaction.redact(span)
    assert.property(span.attributes, "url.query")
  })
})
