import { createHash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import * as ReportHtml from "../../../src/programs/views/ReportHtml.ts"
import { hostileText } from "../../support/HostileText.ts"
import { beachFacts, findingsOf, hostileFacts } from "../../support/Records.ts"
import { imageId, runOf } from "../../support/Runs.ts"

const picture = { bytes: new Uint8Array([1, 2, 3]), mediaType: "image/jpeg" }
const pictures = new Map([[imageId(1), picture]])
const beach = findingsOf(beachFacts)
const report = ReportHtml.render(runOf({ images: [beach] }), pictures)

/** The report without the contents of its own style and script. */
const content = (html: string): string => html.replace(/<(style|script)>[^]*?<\/\1>/g, "<$1></$1>")

const attribute =
  /^ (?:alt|aria-hidden|charset|class|content|cx|cy|d|data-box|data-show|decoding|fill|height|http-equiv|id|lang|name|preserveAspectRatio|r|rx|src|stroke|style|tabindex|title|type|viewBox|width|x|y)="[^"<>]*"/

/** What is not text in the report and yet none of the elements and attributes that a report has; empty when all is well. */
const foreign = (html: string): string =>
  content(html)
    .replace(/<\/?([a-z0-9]+)([^<>]*)>|<!doctype html>/g, (tag, name?: string, attributes = "") => {
      let rest: string = attributes
      while (attribute.test(rest)) rest = rest.replace(attribute, "")
      const known =
        name === undefined ||
        /^(?:article|b|blockquote|body|br|cite|code|details|div|em|figure|footer|g|h[123]|head|header|html|i|img|input|label|li|main|meta|p|path|rect|script|section|small|span|strong|style|summary|svg|title|ul)$/.test(
          name
        )
      return known && /^(?: checked| disabled|\/)*$/.test(rest) ? "" : `⟪${tag}⟫`
    })
    .replace(/[^<>⟪⟫]*(⟪[^⟫]*⟫)?/g, "$1")

describe("ReportHtml.render", () => {
  it("shows the picture with its boxes, and who saw them", () => {
    assert.include(report, 'src="data:image/jpeg;base64,AQID"')
    assert.include(report, '<rect class="confirmed" x="210" y="150" width="98" height="299"')
    assert.include(report, '<span class="yes">detectron2 0.99, rtdetr 0.95, yolov8 0.93</span>')
    assert.include(report, '<span class="yes">rtdetr 0.31</span>\n<span class="no">detectron2, yolov8</span>')
    assert.include(report, "tentative: outvoted: 1 of 3 services see it")
    assert.match(report, /data-show="alone-1">\s*<span>rtdetr <small>3</)
  })

  it("says of every candidate who voted and which rule decided", () => {
    const candidates = [...beach.consensus!.votes.consensus, ...beach.consensus!.votes.tentative]
    assert.isAbove(candidates.length, 5)
    const rules = [...report.matchAll(/<div class="rule"><code>([a-z-]+)<\/code> ([^<]*)</g)].map(
      ([, rule, reason]) => [rule, reason]
    )
    assert.deepStrictEqual(
      rules,
      candidates.map(({ reason, rule }) => [rule, reason])
    )
    assert.include(report, "<code>face_confirmed</code> +")
  })

  it("shows what crops told, and what failed", () => {
    assert.include(report, '<span style="background:#b5462f" title="Cadmium (R08) #b5462f"></span>')
    assert.include(report, '<rect class="face" x="240" y="162"')
    assert.include(report, "<strong>face</strong> on horse\n<code>refused</code> It is refused")
  })

  it("needs nothing but itself", () => {
    assert.notMatch(content(report), /(?:src|href)="(?!data:)|url\(|@import/)
    assert.notMatch(report, /https?:/)
  })

  it("lets the browser run its own script only", () => {
    const [, script = ""] = /<script>([^]*?)<\/script>/.exec(report) ?? []
    const hash = createHash("sha256").update(script).digest("base64")
    assert.include(
      report,
      `content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${hash}'"`
    )
    assert.strictEqual(report.match(/<script/g)?.length, 1)
  })

  it("says when the services are simulated", () => {
    assert.include(ReportHtml.render(runOf({ simulated: true }), pictures), "simulated")
    assert.notInclude(ReportHtml.render(runOf({ simulated: false }), pictures), "simulated")
  })

  it("goes on without a picture and without a consensus", () => {
    const html = ReportHtml.render(runOf({ images: [{ ...beach, consensus: undefined }] }), new Map())
    assert.include(html, "The picture could not be read.")
    assert.include(html, "No consensus yet.")
    assert.strictEqual(foreign(html), "")
  })

  it("counts the images it does not show", () => {
    assert.include(report, "3 more images are in the database.")
  })

  it("has only the elements and attributes of a report", () => {
    assert.strictEqual(foreign(report), "")
    assert.strictEqual(foreign(`${report}<iframe>`), "⟪<iframe>⟫")
    assert.strictEqual(foreign(`${report}<b onclick="x">`), '⟪<b onclick="x">⟫')
    assert.strictEqual(foreign(`${report} a < b`), "<")
  })

  it.prop("takes text from outside for text", [hostileFacts, hostileText, hostileText], ([facts, name, detail]) => {
    const html = ReportHtml.render(
      runOf({ images: [findingsOf(facts, `x${name}`)], unusable: [{ image: name, detail }], database: detail }),
      pictures
    )
    assert.strictEqual(foreign(html), "")
    assert.strictEqual(html.match(/<script/g)?.length, 1)
    assert.notMatch(html, /(?![\t\n])\p{Cc}/u)
  })

  it("puts no color into its style that is none", () => {
    const palettes = [{ ...beach.palettes[0]!, colors: [{ hex: "red;background:url(//evil)", name: undefined }] }]
    assert.notInclude(ReportHtml.render(runOf({ images: [{ ...beach, palettes }] }), pictures), "evil")
  })
})
