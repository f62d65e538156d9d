/** The part of opentype.js that `VectorText` uses; the package ships no types of its own. */
declare module "opentype.js/dist/opentype.mjs" {
  export interface Path {
    readonly toPathData: (decimals?: number) => string
  }

  export interface Glyph {
    /** In font units. */
    readonly advanceWidth: number
    readonly getPath: (x: number, y: number, fontSize: number) => Path
  }

  export interface Font {
    readonly unitsPerEm: number
    readonly charToGlyph: (character: string) => Glyph
  }

  export const parse: (buffer: ArrayBuffer) => Font
}
