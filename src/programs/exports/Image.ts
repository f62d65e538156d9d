/** What the formats say of an image: its boxes, where its picture is, and a name that no other image has. */
import * as ImageReference from "../../domain/ImageReference.ts"
import type { CorrectedBox } from "../../domain/corrections/Corrected.ts"
import type { ImageRecord } from "../../services/ResultStore.ts"

/**
 * The name of the picture's file with the id of the image in it: the same in every export, and no other image's.
 *
 * @example
 * name({ imageId: 7, reference: { filename: "cat.jpg", … }, … }) // => "cat_7.jpg"
 */
export const name = (record: ImageRecord): string => `${stem(record)}${partsOf(record).extension}`

/** The name without the extension. */
export const stem = (record: ImageRecord): string => `${partsOf(record).stem}_${record.imageId}`

/** Characters that a file system or an archive may not take are replaced. */
const partsOf = ({ reference }: ImageRecord) => {
  const plain = reference.filename.replace(/[\p{C}\\/:*?"<>|]/gu, "-")
  const dot = plain.lastIndexOf(".")
  return dot > 0 ? { stem: plain.slice(0, dot), extension: plain.slice(dot) } : { stem: plain, extension: "" }
}

/** Where the picture is read from: a path or a URL. */
export const place = ({ reference }: ImageRecord): string => ImageReference.pathOf(reference) ?? reference.url!

/** The boxes that the detectors agree on or people say are there, best first. */
export const confirmed = ({ boxes }: ImageRecord): ReadonlyArray<CorrectedBox> =>
  boxes.filter(({ status }) => status === "confirmed")
