/** Where tiles of one size stand in rows, and which rows can be seen: of a hundred thousand images only those are drawn. */

/** Between tiles, and the height of the words below a picture, in CSS pixels. */
const gap = 14
const captionHeight = 70

/** Widths that tiles have at least, in CSS pixels. */
const widths = { small: 150, medium: 250, large: 420 } as const
export type Size = keyof typeof widths

export interface Layout {
  readonly columns: number
  /** Of a tile, and of a row with the gap below it, in CSS pixels. */
  readonly tileWidth: number
  readonly tileHeight: number
  readonly rowHeight: number
}

/** The rows that fit into a width. Pictures have two thirds of their width as height. */
export const layout = (width: number, size: Size): Layout => {
  const columns = Math.max(1, Math.floor((width + gap) / (widths[size] + gap)))
  const tileWidth = (width + gap) / columns - gap
  const tileHeight = Math.round((tileWidth * 2) / 3 + captionHeight)
  return { columns, tileWidth, tileHeight, rowHeight: tileHeight + gap }
}

/** The size of the pictures of tiles on a screen with so many pixels for each CSS pixel. */
export const pictureSize = ({ tileWidth }: Layout, density: number): 160 | 320 | 640 => {
  const needed = tileWidth * density
  return needed <= 160 ? 160 : needed <= 320 ? 320 : 640
}

/** Rows that are drawn above and below those that can be seen. */
const margin = 2

/** The places of the images that are to be drawn, from `begin` to before `end`, in a window of `height` CSS pixels that begins in `row`. */
export const seen = (
  { columns, rowHeight }: Layout,
  { count, height, row }: { readonly count: number; readonly row: number; readonly height: number }
): { readonly begin: number; readonly end: number } => {
  const rows = Math.ceil(count / columns)
  const first = Math.min(Math.max(0, row - margin), Math.max(0, rows - 1))
  const last = Math.min(rows, Math.max(first, row + 1 + Math.ceil(height / rowHeight) + margin))
  return { begin: first * columns, end: Math.min(count, last * columns) }
}
