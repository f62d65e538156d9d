/** Everything about images as JSON Lines. */
import { Option, Schema } from "effect"
import { Consensus } from "../../domain/Consensus.ts"
import { CorrectedBox } from "../../domain/corrections/Corrected.ts"
import { Correction } from "../../domain/corrections/Correction.ts"
import { ImageFacts } from "../../domain/Facts.ts"
import type { ImageRecord } from "../../services/ResultStore.ts"

/** What one line holds. */
const Line = Schema.Struct({
  ...ImageFacts.fields,
  filename: Schema.String,
  path: Schema.optionalKey(Schema.String),
  url: Schema.optionalKey(Schema.String),
  /** What people said about the boxes; these have it applied. */
  corrections: Schema.Array(Correction),
  boxes: Schema.Array(CorrectedBox),
  consensus: Schema.optionalKey(Schema.toType(Consensus))
})

const encode = Schema.encodeSync(Schema.toCodecJson(Line))

/** The line of an image. */
export const line = ({ boxes, consensus, corrections, facts, reference }: ImageRecord): string =>
  JSON.stringify(
    encode({
      ...facts,
      ...reference,
      corrections,
      boxes,
      ...(Option.isSome(consensus) ? { consensus: consensus.value } : {})
    })
  ) + "\n"
