/** Pictures with the size of the image they show, for drawing boxes on them. */
import { type ReadonlySignal, useSignal } from "@preact/signals"
import { createContext } from "preact"
import { useContext, useEffect } from "preact/hooks"
import type { BoxId } from "../../domain/Identifiers.ts"

/** Sizes a picture may have, in pixels of the longer side. */
export type PictureSize = 160 | 320 | 640 | 1280

export interface Picture {
  /** Where the browser has the bytes. */
  readonly url: string
  /** The size of the stored image, in whose pixels all coordinates are; the bytes may have fewer. */
  readonly width: number
  readonly height: number
}

/** Where the pictures of a page come from. */
export interface Pictures {
  /** Gets a picture of at least that size, as far as there is one. Rejects when the image cannot be shown. */
  readonly load: (id: number, size: PictureSize, signal: AbortSignal) => Promise<Picture>
  /** Gives back what `load` got. */
  readonly release: (picture: Picture) => void
  /** The address of the crop of a box; absent where crops are parts of the picture. */
  readonly crop?: (id: number, box: BoxId) => string
}

/** To be provided by every page with pictures. */
export const Pictures = createContext<Pictures>({ load: () => Promise.reject(), release: () => {} })

/** Loads a picture while a component is shown and `isWanted`; `failed` when it cannot be loaded. */
export const usePicture = (
  id: number,
  size: PictureSize,
  isWanted = true
): ReadonlySignal<Picture | "failed" | undefined> => {
  const { load, release } = useContext(Pictures)
  const picture = useSignal<Picture | "failed" | undefined>(undefined)
  useEffect(() => {
    if (!isWanted) return
    picture.value = undefined
    const gone = new AbortController()
    load(id, size, gone.signal).then(
      (loaded) => {
        if (gone.signal.aborted) return release(loaded)
        picture.value = loaded
        gone.signal.addEventListener("abort", () => release(loaded))
      },
      () => {
        if (!gone.signal.aborted) picture.value = "failed"
      }
    )
    return () => gone.abort()
  }, [id, size, isWanted])
  return picture
}
