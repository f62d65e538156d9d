import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, parse } from "node:path"
import * as OverlayName from "../../../src/programs/views/OverlayName.ts"
import { hostileText } from "../../support/HostileText.ts"
import { imageId } from "../../support/Runs.ts"

const id = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }))

/** Names as files and the ends of URLs have them: hostile, with paths in them, and far longer than a file system takes. */
const name: Arbitrary.Arbitrary<string> = Arbitrary.map(
  Arbitrary.all([
    Arbitrary.array(hostileText, { maxLength: 4 }),
    Arbitrary.schema(Schema.Literals(["", "/", "../", "a\\\\b", ".", "🧑‍🍳", "e\u0301"])),
    Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 400 }))),
    Arbitrary.schema(Schema.Literals(["", ".jpg", ".jpeg?x=1", "."]))
  ]),
  ([texts, part, times, end]) => `${texts.join("/")}${part.repeat(times)}${end}`
)

const bytes = (text: string): number => new TextEncoder().encode(text).length

describe("OverlayName.of", () => {
  it("keeps a usual name", () => {
    assert.strictEqual(OverlayName.of(imageId(7), "01-beach rider.png"), "7-01-beach rider.jpg")
    assert.strictEqual(OverlayName.of(imageId(7), "猫.tar.gz"), "7-猫.tar.jpg")
    assert.strictEqual(OverlayName.of(imageId(7), ".hidden"), "7-.hidden.jpg")
    assert.strictEqual(OverlayName.of(imageId(7), "a/b?.png"), "7-a_b_.jpg")
  })

  it("cuts a long name between two characters", () => {
    const cooks = OverlayName.of(imageId(12), `${"🧑‍🍳".repeat(60)}.jpg`)
    assert.strictEqual(cooks, `12-${"🧑‍🍳".repeat(22)}.jpg`)
    assert.isAtMost(bytes(cooks), 255)
    assert.strictEqual(bytes(OverlayName.of(imageId(12), "x".repeat(1000))), 255)
  })

  it.prop("takes at most 255 bytes, and has nothing in it that is no part of a name", [id, name], ([id, name]) => {
    const file = OverlayName.of(imageId(id), name)
    assert.isAtMost(bytes(file), 255)
    assert.notMatch(file, /[\p{Cc}\p{Cs}\p{Bidi_Control}/\\<>:"|?*]/u)
    assert.strictEqual(parse(file).base, file)
    assert.isTrue(file.startsWith(`${id}-`) && file.endsWith(".jpg"))
  })

  it.prop("never is the name of another image, whatever the case", [id, id, name, name], ([a, b, one, other]) => {
    const [first, second] = [OverlayName.of(imageId(a), one), OverlayName.of(imageId(b), other)]
    assert.isTrue(a === b || first.toLowerCase() !== second.toLowerCase())
  })

  it("is a name that the file system of this machine takes", () => {
    const folder = mkdtempSync(join(tmpdir(), "windmill-names-"))
    try {
      const names = ["x".repeat(4000), "a\0b", "../../up", "\ud800", "\u202egpj", "🧑‍🍳".repeat(300), "con:", ""]
      const files = names.map((each, i) => OverlayName.of(imageId(i + 1), each))
      for (const file of files) writeFileSync(join(folder, file), "")
      assert.deepStrictEqual(readdirSync(folder).toSorted(), files.toSorted())
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
