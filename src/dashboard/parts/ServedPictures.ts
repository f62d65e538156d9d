/** Pictures as the API has them. */
import { address } from "../Client.ts"
import * as Frames from "./Frames.ts"
import type { Pictures, PictureSize } from "./Picture.ts"

export const pictureAddress = (id: number, size: PictureSize): string => address(`images/${id}/content?size=${size}`)

export const servedPictures: Pictures = {
  load: async (id, size, signal) => {
    const response = await fetch(pictureAddress(id, size), { signal })
    const [width, height] = (response.headers.get("image-size") ?? "").split("x").map(Number)
    if (!response.ok || !width || !height) throw new Error(`No picture: ${response.status}`)
    const bytes = await response.blob()
    await Frames.turn()
    signal.throwIfAborted()
    return { url: URL.createObjectURL(bytes), width, height }
  },
  release: ({ url }) => URL.revokeObjectURL(url),
  crop: (id, box) => address(`images/${id}/crops/${encodeURIComponent(box)}`)
}
