/** The few kinds of prediction that every reply is decoded into. */
import type { CropBox } from "../BoundingBox.ts"
import type { Concept } from "../Identifiers.ts"
import type { Keypoints, Mask } from "../Mask.ts"

/** A word of a caption or text that names something. */
export interface Mention {
  readonly concept: Concept
  readonly word: string
  /** As the service sent it; `undefined` when absent, null or empty. */
  readonly emoji: string | undefined
  readonly shiny: boolean
}

/**
 * One prediction. `index` is its position in the reply. Boxes are in pixels of the submitted picture: of the image, or
 * of the crop when a crop was submitted; until the reader says which, they are `CropBox`es of a crop that may be whole.
 * Confidences are in `[0, 1]` and `undefined` when the service sent none.
 */
export type Prediction =
  | {
      readonly _tag: "Object"
      readonly index: number
      readonly concept: Concept
      readonly label: string
      readonly emoji: string | undefined
      readonly confidence: number | undefined
      readonly box: CropBox
      readonly shiny: boolean
      /** In pixels of the submitted picture, as the keypoints are. Absent when the service sent none. */
      readonly mask?: Mask
      readonly keypoints?: Keypoints
    }
  | {
      readonly _tag: "Label"
      readonly index: number
      readonly concept: Concept
      readonly label: string
      readonly emoji: string | undefined
      readonly confidence: number | undefined
      readonly shiny: boolean
    }
  | {
      readonly _tag: "Caption"
      readonly index: number
      readonly text: string
      readonly mentions: ReadonlyArray<Mention>
    }
  | {
      readonly _tag: "Text"
      readonly index: number
      readonly text: string
      readonly hasText: boolean
      readonly emoji: string | undefined
      /** Best confidence of the regions; OCR services send none for the whole. */
      readonly confidence: number | undefined
      readonly regions: ReadonlyArray<{
        readonly text: string
        readonly confidence: number | undefined
        readonly box: CropBox
      }>
      readonly mentions: ReadonlyArray<Mention>
    }
  | {
      readonly _tag: "Face"
      readonly index: number
      readonly emoji: string | undefined
      readonly confidence: number | undefined
      readonly box: CropBox
      /** Pixels of the submitted picture, by name (`left_eye`, …). */
      readonly keypoints: Readonly<Record<string, { readonly x: number; readonly y: number }>>
    }
  | {
      readonly _tag: "Pose"
      readonly index: number
      /** Fractions of the submitted picture's width and height, by MediaPipe name; may leave `[0, 1]`. */
      readonly landmarks: Readonly<
        Record<string, { readonly x: number; readonly y: number; readonly visibility: number | undefined }>
      >
    }
  | {
      readonly _tag: "Nsfw"
      readonly index: number
      readonly nsfw: boolean
      readonly emoji: string | undefined
      /** Of the verdict, whichever it is. */
      readonly confidence: number | undefined
    }
  | {
      readonly _tag: "Palette"
      readonly index: number
      readonly temperature: string | undefined
      readonly primary: string | undefined
      /** `#rrggbb` with the name of the nearest marker, most frequent first as the service sent them. */
      readonly colors: ReadonlyArray<{ readonly hex: string; readonly name: string | undefined }>
    }
  | { readonly _tag: "Metadata"; readonly index: number; readonly properties: Readonly<Record<string, unknown>> }

/**
 * Something that could not be read, and why.
 *
 * Without `part` it is the whole prediction. With it the prediction counts, and only that part of it was left out:
 * `text_regions[2]`, `keypoints.nose_tip`. Index `-1` stands for all that would have made the list too long.
 */
export interface Diagnostic {
  readonly index: number
  readonly problem: string
  readonly part?: string
}
