import { assert, describe, it } from "@effect/vitest"
import * as Concept from "../../src/domain/Concept.ts"
import { coco } from "../../src/domain/vocabulary/Coco.ts"
import { depictions } from "../../src/domain/vocabulary/Depictions.ts"
import { fingerprint } from "../../src/domain/vocabulary/Fingerprint.ts"
import { synonyms } from "../../src/domain/vocabulary/Synonyms.ts"
import { words } from "../../src/domain/vocabulary/Words.ts"
import * as Vocabulary from "../../src/domain/Vocabulary.ts"

const repeated = (values: ReadonlyArray<string>) => values.filter((value, index) => values.indexOf(value) !== index)

describe("Vocabulary", () => {
  it("knows the 80 classes of COCO, each as itself and with an emoji", () => {
    assert.strictEqual(Vocabulary.coco80.size, 80)
    for (const concept of Vocabulary.coco80) {
      assert.strictEqual(Concept.ofLabel(concept), concept)
      assert.isDefined(Concept.emojiOf(concept), concept)
    }
  })

  it("gives the special channels their emojis", () => {
    assert.deepStrictEqual(
      ["face", "text", "nsfw"].map((label) => Concept.emojiOf(Concept.ofLabel(label)!)),
      ["🙂", "💬", "🔞"]
    )
  })

  it("has one meaning for every word", () => {
    const concepts = [...Object.keys(coco), ...Object.keys(words)]
    const others = Object.values(synonyms).flat()
    assert.deepStrictEqual(repeated([...concepts, ...others]), [])
  })

  it("has synonyms and pictures only of concepts it knows", () => {
    for (const concept of [...Object.keys(synonyms), ...Object.keys(depictions)]) {
      assert.isTrue(Vocabulary.emojis.has(concept), concept)
    }
  })

  it("is written in canonical form", () => {
    for (const wording of Vocabulary.wordings.keys()) {
      assert.match(wording, /^[a-z]+([ /][a-z]+)*$/)
    }
  })

  it("lets formed words never hide given ones", () => {
    for (const concept of Vocabulary.emojis.keys()) assert.strictEqual(Vocabulary.wordings.get(concept), concept)
    for (const [concept, others] of Object.entries(synonyms)) {
      for (const other of others) assert.strictEqual(Vocabulary.wordings.get(other), concept)
    }
  })

  it("takes a hint only from emojis that stand for nothing else", () => {
    const pictures = Object.values(depictions).flat().map(Concept.normalizeEmoji)
    assert.deepStrictEqual(repeated(pictures), [])
    for (const [concept, emoji] of Vocabulary.emojis) {
      const pictured = Vocabulary.depicted.get(Concept.normalizeEmoji(emoji))
      if (pictured !== undefined) assert.strictEqual(pictured, concept, emoji)
    }
  })

  it("has a version that names its data", () => {
    const data = fingerprint(JSON.stringify([coco, words, synonyms, depictions]))
    assert.match(Vocabulary.version, new RegExp(`^\\d+-${data}$`))
  })
})

describe("fingerprint", () => {
  it.each([
    ["", "811c9dc5"],
    ["a", "e40c292c"],
    ["foobar", "bf9cf968"]
  ])("of %j is the published FNV-1a value", (text, value) => {
    assert.strictEqual(fingerprint(text), value)
  })
})
