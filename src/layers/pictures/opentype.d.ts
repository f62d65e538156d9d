/** The part of opentype.js that `VectorText` uses; the package ships no types of its own. */
declare module "opentype.js/dist/opentype.mjs" {
  /** `x1` and `y1` are of curves only, `x2` and `y2` of cubic ones; what closes an outline has none. */
  export interface Command {
    readonly type: string
    readonly x1?: number
    readonly y1?: number
    readonly x2?: number
    readonly y2?: number
    readonly x?: number
    readonly y?: number
  }

  export interface Path {
    readonly commands: ReadonlyArray<Command>
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
