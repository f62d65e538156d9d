/** What is a picture by its name, and what programs keep beside pictures: the same on disk and in other storage. */

/** The endings by which pictures are recognized. */
const endings = "jpg jpeg jpe jfif mpo png webp gif tif tiff avif heic heif hif".split(" ")

/** Folders in which file servers and photo programs keep thumbnails, trash and snapshots. Hidden folders are passed over, too. */
export const foreignFolders = [
  "@eaDir",
  "@__thumb",
  "@Recycle",
  "@Recently-Snapshot",
  "@tmp",
  "#recycle",
  "#snapshot",
  "$RECYCLE.BIN",
  "System Volume Information",
  "lost+found",
  "__MACOSX"
]

/** Whether a folder belongs to another program. */
export const isForeign = (folder: string): boolean => isHidden(folder) || foreignFolders.includes(folder)

export const isHidden = (name: string): boolean => name.startsWith(".")

/** Why a file is passed over: the ending it has, or that it has none. Nothing when it is a picture. */
export const otherThanPicture = (name: string): string | undefined => {
  const ending = /.\.([^.]*)$/.exec(name)?.[1]?.toLowerCase()
  if (ending === undefined) return "without an ending"
  return endings.includes(ending) ? undefined : `.${ending}`
}

/**
 * How many were passed over, in a line, by what they are: `.bmp`, `folders of other programs`, …
 *
 * @example
 * summary(new Map([[".txt", 1], [".bmp", 2]])) // => "3 skipped: 2 .bmp, 1 .txt"
 */
export const summary = (skipped: ReadonlyMap<string, number>): string => {
  const most = [...skipped].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  const total = most.reduce((sum, [, count]) => sum + count, 0)
  const listed = most.slice(0, 8).map(([what, count]) => `${count} ${what}`)
  return `${total} skipped: ${[...listed, ...(most.length > 8 ? ["…"] : [])].join(", ")}`
}
