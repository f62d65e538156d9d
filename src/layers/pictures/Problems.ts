/** What can be wrong with a picture or the place it is read from. */
import { ImageSourceError, Missing, Unreachable, Unusable } from "../../services/ImageSource.ts"

/** What is still accepted as a picture. */
export interface Limits {
  /** Bytes of the file. */
  readonly bytes: number
  /** Width times height. */
  readonly pixels: number
}

export const unreachable = (image: string, detail: string, source?: string) =>
  new ImageSourceError({
    reason: new Unreachable({ image, detail, ...(source === undefined ? {} : { source }) })
  })

/** `detail` says what is wrong and what to do about it. */
export const missing = (image: string, detail: string) =>
  new ImageSourceError({ reason: new Missing({ image, detail }) })

/** `detail` says what is wrong and what to do about it. */
export const unusable = (image: string, detail: string) =>
  new ImageSourceError({ reason: new Unusable({ image, detail }) })

export const tooLarge = (image: string, { bytes }: Pick<Limits, "bytes">) =>
  unusable(image, `is larger than the limit of ${bytes} bytes: scale it down, or raise IMAGE_MAX_BYTES`)

export const damaged = (image: string, cause: Error) =>
  unusable(image, `is damaged (${cause.message.split("\n")[0]}): fetch or export it again`)
