/** What people say about the boxes of images. */
import { Context, type Effect, type Option } from "effect"
import type { Change, Correction, CorrectionId } from "../domain/corrections/Correction.ts"
import type { ImageId } from "../domain/Identifiers.ts"
import type { ResultStoreError } from "./ResultStore.ts"

export class Corrections extends Context.Service<
  Corrections,
  {
    /** Records a correction; none when there is no such image. Those who follow changes see that the image changed. */
    readonly record: (
      imageId: ImageId,
      by: string,
      change: Change
    ) => Effect.Effect<Option.Option<Correction>, ResultStoreError>
    /** Takes a correction back, which stays on record; none when the image has no such correction. Safe to repeat. */
    readonly withdraw: (
      imageId: ImageId,
      id: CorrectionId,
      by: string
    ) => Effect.Effect<Option.Option<Correction>, ResultStoreError>
    /** All corrections of an image, also those that were withdrawn, in the order in which they were made. */
    readonly list: (imageId: ImageId) => Effect.Effect<ReadonlyArray<Correction>, ResultStoreError>
    /** Images after `after` with a correction that counts, in id order; at most `limit`. */
    readonly images: (page: {
      readonly after?: ImageId
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<ImageId>, ResultStoreError>
  }
>()("windmill/services/Corrections") {}
