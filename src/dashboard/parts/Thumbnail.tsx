/** A small picture of an image. */
import { address } from "../Client.ts"

/** Sizes the API has, in pixels of the longer side. */
export type PictureSize = 160 | 320 | 640 | 1280

export const pictureAddress = (id: number, size: PictureSize): string => address(`images/${id}/content?size=${size}`)

export const Thumbnail = ({ alt, id }: { readonly id: number; readonly alt: string }) => (
  <img class="thumbnail" src={pictureAddress(id, 160)} alt={alt} loading="lazy" width="72" height="54" />
)
