import { assert, describe, it } from "@effect/vitest"
import { escape, markup } from "../../../src/programs/views/Markup.ts"
import { hostileText } from "../../support/HostileText.ts"

describe("markup", () => {
  it("escapes values and keeps markup", () => {
    const label = `<b title='x'>"R&B" \`$\`</b>`
    assert.strictEqual(
      markup`<p title="${label}">${markup`<i>${"a<b"}</i>`}${3}</p>`.text,
      `<p title="&#60;b title=&#39;x&#39;&#62;&#34;R&#38;B&#34; &#96;$&#96;&#60;/b&#62;"><i>a&#60;b</i>3</p>`
    )
  })

  it("puts lists together and leaves nothing behind for what is absent", () => {
    assert.strictEqual(markup`[${["<", [markup`<br>`, false]]}${undefined}]`.text, "[&#60;<br>]")
  })

  it.prop(
    "leaves no character that means something in HTML or XML, and none that they cannot hold",
    [hostileText],
    ([text]) => {
      const escaped = escape(text)
      assert.notMatch(escaped, /[<>"'`]|&(?!#\d+;)/)
      assert.notMatch(escaped, /\p{Cs}/u)
      assert.notMatch(escaped, /(?![\t\n])\p{Cc}/u)
    }
  )

  it.prop("keeps the text a reader sees", [hostileText], ([text]) => {
    const printable = text.replace(/[\p{Cs}\ufffe\uffff]|(?![\t\n])\p{Cc}/gu, "\ufffd")
    const read = escape(text).replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    assert.strictEqual(read, printable)
  })
})
