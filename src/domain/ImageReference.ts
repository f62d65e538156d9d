/** Where an image can be read, and what was read. Messages carry references, never pixels. */
import { Schema } from "effect"
import * as SignedUrl from "./SignedUrl.ts"

/** Where an image can be read by any worker: at a URL (`http`, `https` or `s3`), or at a path all workers see. */
export const ImageReference = Schema.Union([
  Schema.Struct({
    filename: Schema.NonEmptyString,
    path: Schema.NonEmptyString,
    url: Schema.optionalKey(Schema.String)
  }),
  Schema.Struct({ filename: Schema.NonEmptyString, url: Schema.NonEmptyString })
])
export type ImageReference = typeof ImageReference.Type

/** The path of a reference when it has one. */
export const pathOf = (self: ImageReference): string | undefined => ("path" in self ? self.path : undefined)

/** The place of a reference: its path, or else its URL without what only signs it. No place is two images. */
export const placeOf = (self: ImageReference): string => pathOf(self) ?? SignedUrl.unsigned(self.url ?? "")

/**
 * Names the content of a picture, as it is kept: equal for the same bytes, and another for what anybody would call another
 * picture. No secret depends on it.
 */
export const PictureVersion = Schema.NonEmptyString.pipe(Schema.brand("PictureVersion"))
export type PictureVersion = typeof PictureVersion.Type

/** What was seen where an image is read from. */
export interface SeenPicture {
  readonly version: PictureVersion
  /** Whether the stored pixels are not upright. Before versions were noted, services were sent them as they are stored. */
  readonly isTurned: boolean
}

/**
 * Whether what is recorded about an image is about another picture than the one that was seen. Without a version it was
 * recorded before versions were noted, about the pixels as they are stored.
 */
export const isAnother = (
  noted: { readonly version: PictureVersion | undefined; readonly hasFacts: boolean },
  seen: SeenPicture
): boolean => (noted.version === undefined ? noted.hasFacts && seen.isTurned : noted.version !== seen.version)

/** An image as a file: bytes in a format services read, and the size of its upright pixel grid, in which all coordinates are. */
export interface EncodedImage {
  readonly bytes: Uint8Array
  /** `image/jpeg`, `image/png`, … as found in the bytes, whatever the name says. */
  readonly mediaType: string
  /** A name whose extension agrees with `mediaType`. */
  readonly filename: string
  /** Pixels. */
  readonly width: number
  /** Pixels. */
  readonly height: number
}
