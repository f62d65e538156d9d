/** Text as it can come from a file name, a model or a picture with writing in it: made to break a display. */
import { Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"

const fragments = [
  "person",
  " ",
  "\u001b[2J",
  "\u009b31m",
  "\n",
  "\r",
  "\0",
  "\u202e",
  "\ud800",
  "<script>alert(1)</script>",
  "</style>",
  "]]>",
  "<!--",
  "-->",
  '"',
  "'",
  "`",
  "&",
  "&lt;",
  "javascript:alert(1)",
  "${alert(1)}",
  " onload=alert(1) ",
  "猫",
  "한국",
  "e\u0301",
  "🧑",
  "🧑‍🍳",
  "⌨️",
  "🇫🇷",
  "ﬀ"
] as const

/** Any string, or up to eight of the fragments above in a row. */
export const hostileText: Arbitrary.Arbitrary<string> = Arbitrary.flatMap(
  Arbitrary.schema(Schema.Boolean),
  (any): Arbitrary.Arbitrary<string> =>
    any
      ? Arbitrary.schema(Schema.String)
      : Arbitrary.map(Arbitrary.array(Arbitrary.schema(Schema.Literals(fragments)), { maxLength: 8 }), (parts) =>
          parts.join("")
        )
)
