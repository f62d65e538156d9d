/** Pictures for tests that look at none. */
import { PictureVersion } from "../../src/domain/ImageReference.ts"
import type { SourceImage } from "../../src/services/ImageSource.ts"

/** A picture without bytes, as an image source would hand it out. */
export const sourceImage = (
  known: Pick<SourceImage, "filename" | "width" | "height"> & Partial<SourceImage>
): SourceImage => ({
  bytes: new Uint8Array(),
  mediaType: "image/jpeg",
  isOriginal: true,
  isTurned: false,
  version: PictureVersion.make("0-0"),
  ...known
})
