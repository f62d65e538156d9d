/** Drawings as pictures. */
import { Context, type Effect, Schema } from "effect"
import type { EncodedImage } from "../domain/ImageReference.ts"

/** The drawing or the picture under it cannot be decoded or drawn. */
export class RenderError extends Schema.TaggedError<RenderError>()("RenderError", {
  detail: Schema.String
}) {
  override get message() {
    return `Cannot draw the picture: ${this.detail}`
  }
}

export interface DrawOptions {
  /** What the drawing lies over, scaled to the size of the drawing. Without it, what is not drawn is transparent, or white. */
  readonly over?: EncodedImage
  readonly format: "jpeg" | "png"
  /** Of a JPEG, 1 to 100; 85 unless given. */
  readonly quality?: number
  /** Pixels. The width of the drawing unless given; the height follows. */
  readonly width?: number
}

export class Renderer extends Context.Service<
  Renderer,
  {
    /** An SVG document that has a width and a height, as a picture. Text in it needs fonts, which there may not be. */
    readonly draw: (svg: string, options: DrawOptions) => Effect.Effect<Uint8Array, RenderError>
  }
>()("windmill/services/Renderer") {}
