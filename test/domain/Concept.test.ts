import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import * as Concept from "../../src/domain/Concept.ts"
import * as Vocabulary from "../../src/domain/Vocabulary.ts"

const known = Arbitrary.schema(Schema.Literals([...Vocabulary.wordings.keys()]))
const emoji = Schema.Union([
  Schema.Undefined,
  Schema.Literals(["🧑", "🪑", "🐴", "👜", "⌨️", "🌊"]),
  Schema.Literals([...Vocabulary.depicted.keys()]),
  Schema.String
])
const accented = Arbitrary.array(
  Arbitrary.schema(Schema.Literals(["a", "é", "Å", "İ", "Σ", "한", "\u0301", "_"]))
).pipe(Arbitrary.map((letters) => letters.join("")))
const invented = Arbitrary.schema(Schema.String).pipe(
  Arbitrary.map((text) => `zq ${text}`),
  Arbitrary.filter((word) => word.length <= 100)
)

describe("Concept", () => {
  describe("ofLabel", () => {
    it.each([
      ["person", "person"],
      ["Dining Table", "dining table"],
      ["dining_table", "dining table"],
      ["diningtable", "dining table"],
      ["  Traffic--Light\t", "traffic light"],
      ["women", "person"],
      ["Boys", "person"],
      ["people", "person"],
      ["sofa", "couch"],
      ["tvmonitor", "tv"],
      ["Television", "tv"],
      ["aeroplane", "airplane"],
      ["motorbikes", "motorcycle"],
      ["mobile_phone", "cell phone"],
      ["cellphone", "cell phone"],
      ["knives", "knife"],
      ["benches", "bench"],
      ["buses", "bus"],
      ["puppies", "dog"],
      ["skis", "skis"],
      ["glass", "glass"],
      ["glasses", "glasses"],
      ["golden_retriever", "golden retriever"],
      ["Café", "café"],
      ["__proto__", "proto"],
      ["constructor", "constructor"]
    ])("takes %s for %s", (label, concept) => {
      assert.strictEqual(Concept.ofLabel(label), concept)
    })

    it.each([
      ["tabby, domestic cat, cat", "cat"],
      ["n02084071 dog, domestic dog, Canis familiaris", "dog"],
      ["n02084071 dog", "dog"],
      ["ottoman, pouf", "ottoman, pouf"]
    ])("of %s, as classifiers of ImageNet say it, is %s", (label, concept) => {
      assert.strictEqual<unknown>(Concept.ofLabel(label), concept)
    })

    it.each([[""], ["  _ "], ["???"], ["🐴"], ["\u0000"], ["\uD83D"], ["a".repeat(101)]])(
      "finds nothing in %j",
      (label) => {
        assert.isUndefined(Concept.ofLabel(label))
      }
    )

    it.each(["ottoman", "mannequin", "salamander", "manhole", "personal computer", "gingerbread man"])(
      "does not see a person in %s",
      (label) => {
        assert.isFalse(Concept.isPerson(Concept.ofLabel(label)!))
      }
    )

    it.prop(
      "is idempotent",
      [Schema.String],
      ([label]) => {
        const concept = Concept.ofLabel(label)
        if (concept !== undefined) assert.strictEqual(Concept.ofLabel(concept), concept)
      },
      { arbitrary: { runs: 1000 } }
    )

    it.prop(
      "ignores case and how words are parted",
      [known, Schema.Literals([" ", "_", "-", "  ", "\u00A0", " _-"]), Schema.Boolean],
      ([wording, separator, upper]) => {
        const label = `${separator}${wording.replaceAll(" ", separator)}${separator}`
        assert.strictEqual(Concept.ofLabel(upper ? label.toUpperCase() : label), Concept.ofLabel(wording))
      }
    )

    it.prop("does not depend on how accents are encoded", [accented], ([label]) => {
      assert.strictEqual(Concept.ofLabel(label.normalize("NFD")), Concept.ofLabel(label.normalize("NFC")))
    })
  })

  describe("ofMention", () => {
    it.each([
      ["sorrel", "🐴", "horse"],
      ["golden_retriever", "🐶", "dog"],
      ["skyscraper_climber", "🧑", "person"],
      ["warplane", "✈", "airplane"],
      ["warplane", "✈️", "airplane"],
      ["throne", "🪑", "throne"],
      ["rodeo", undefined, "rodeo"]
    ])("takes %s with %s for %s", (word, emoji, concept) => {
      assert.strictEqual(Concept.ofMention(word, emoji), concept)
    })

    it.prop("goes by the word when it is known, whatever the emoji", [known, emoji], ([word, emoji]) => {
      assert.strictEqual(Concept.ofMention(word, emoji), Concept.ofLabel(word))
    })

    it.prop("keeps unknown words apart when no emoji tells", [invented, invented], ([a, b]) => {
      assert.strictEqual(
        Concept.ofMention(a, undefined) === Concept.ofMention(b, undefined),
        Concept.ofLabel(a) === Concept.ofLabel(b)
      )
    })

    it.prop("never makes something of nothing", [Schema.Literals(["", "?", " "]), emoji], ([word, emoji]) => {
      assert.isUndefined(Concept.ofMention(word, emoji))
    })

    it("keeps classes that share an emoji apart", () => {
      for (const [emoji, classes] of [
        ["🪑", ["chair", "couch", "bench", "dining table"]],
        ["👜", ["handbag", "suitcase"]],
        ["🎿", ["skis", "snowboard"]],
        ["📱", ["remote", "cell phone"]]
      ] as const) {
        const concepts = classes.map((label) => Concept.ofMention(label, emoji))
        assert.deepStrictEqual(concepts.map(String), [...classes])
        assert.deepStrictEqual(
          concepts.map((concept) => Concept.emojiOf(concept!)),
          classes.map(() => emoji)
        )
      }
    })
  })

  describe("normalizeEmoji", () => {
    it.each([
      ["⌨️", "⌨"],
      ["⌨", "⌨"],
      ["👩‍🦰", "👩🦰"],
      ["a\u180Bb\uFE00c\uFE0F", "abc"]
    ])("strips %j to %j", (emoji, stripped) => {
      assert.strictEqual(Concept.normalizeEmoji(emoji), stripped)
    })
  })

  describe("isPerson", () => {
    it("is about human beings, not their faces", () => {
      assert.isTrue(Concept.isPerson(Concept.ofLabel("pedestrians")!))
      assert.isFalse(Concept.isPerson(Concept.ofLabel("face")!))
      assert.isFalse(Concept.isPerson(Concept.ofLabel("teddy bear")!))
    })
  })
})
