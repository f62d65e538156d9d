/** Everything about images as JSON Lines. */
import { Option, Schema } from "effect"
import { Consensus } from "../../domain/Consensus.ts"
import { ImageFacts } from "../../domain/Facts.ts"
import { MergedBox } from "../../domain/MergedBox.ts"
import type { ImageRecord } from "../../services/ResultStore.ts"

/** What one line holds. */
const Line = Schema.Struct({
  ...ImageFacts.fields,
  filename: Schema.String,
  path: Schema.optionalKey(Schema.String),
  url: Schema.optionalKey(Schema.String),
  boxes: Schema.Array(MergedBox),
  consensus: Schema.optionalKey(Schema.toType(Consensus))
})

const encode = Schema.encodeSync(Schema.toCodecJson(Line))

/** The line of an image. */
export const line = ({ boxes, consensus, facts, reference }: ImageRecord): string =>
  JSON.stringify(
    encode({
      ...facts,
      ...reference,
      boxes,
      ...(Option.isSome(consensus) ? { consensus: consensus.value } : {})
    })
  ) + "\n"
