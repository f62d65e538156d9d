import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { Report, ReportImage } from "../../../src/domain/archive/Report.ts"
import { hostileText } from "../../support/HostileText.ts"
import { findingsOf, hostileFacts, imageOf } from "../../support/Records.ts"
import * as Reports from "../../support/Reports.ts"
import { runOf } from "../../support/Runs.ts"

const page = "<head></head><body>before<!-- data -->after $& $1</body>"

const decode = <S extends Schema.ConstraintDecoder<unknown>>(schema: S) =>
  Schema.decodeUnknownSync(Schema.fromJsonString(Schema.toCodecJson(schema)))

describe("ReportHtml", () => {
  it.prop(
    "puts the data into the page as JSON that nothing in it can end, and that reads as it was written",
    [hostileFacts, hostileText, hostileText],
    ([facts, name, detail]) => {
      const image = Reports.reportImage(imageOf(facts, `x${name}`))
      const run = runOf({ images: [findingsOf(facts)], unusable: [{ image: name, detail }], database: detail })
      const html = Reports.htmlOf(page, run, [image])
      const [, shown = "", report = ""] =
        /^<head><\/head><body>before\n<script type="application\/json" id="image-1">([^<]*)<\/script>\n<script type="application\/json" id="report">([^<]*)<\/script>\nafter \$& \$1<\/body>$/.exec(
          html
        ) ?? assert.fail("The page is not as it should be")
      assert.notMatch(report + shown, /\p{Cc}|\p{Cs}/u)
      assert.deepStrictEqual(decode(ReportImage)(shown), image)
      const { database, unusable } = decode(Report)(report).run
      assert.deepStrictEqual({ database, unusable }, { database: detail, unusable: [{ image: name, detail }] })
    }
  )
})
