/** Pictures with the size of the image they show, for drawing boxes on them. */
import { type ReadonlySignal, useSignal } from "@preact/signals"
import { useEffect } from "preact/hooks"
import { type PictureSize, pictureAddress } from "./Thumbnail.tsx"

export interface Picture {
  /** Where the browser has the bytes. */
  readonly url: string
  /** The size of the stored image, in whose pixels all coordinates are; the bytes may have fewer. */
  readonly width: number
  readonly height: number
}

/** Loads a picture while a component is shown and `isWanted`; `failed` when it cannot be loaded. */
export const usePicture = (
  id: number,
  size: PictureSize,
  isWanted = true
): ReadonlySignal<Picture | "failed" | undefined> => {
  const picture = useSignal<Picture | "failed" | undefined>(undefined)
  useEffect(() => {
    if (!isWanted) return
    const gone = new AbortController()
    let url: string | undefined
    load(pictureAddress(id, size), gone.signal).then(
      ({ blob, height, width }) => {
        if (gone.signal.aborted) return
        url = URL.createObjectURL(blob)
        picture.value = { url, width, height }
      },
      () => {
        if (!gone.signal.aborted) picture.value = "failed"
      }
    )
    return () => {
      gone.abort()
      if (url !== undefined) URL.revokeObjectURL(url)
    }
  }, [id, size, isWanted])
  return picture
}

const load = async (address: string, signal: AbortSignal) => {
  const response = await fetch(address, { signal })
  const [width, height] = (response.headers.get("image-size") ?? "").split("x").map(Number)
  if (!response.ok || !width || !height) throw new Error(`No picture: ${response.status}`)
  return { blob: await response.blob(), width, height }
}
