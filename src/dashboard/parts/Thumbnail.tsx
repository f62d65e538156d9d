/** A small picture of an image. */
import { pictureAddress } from "./ServedPictures.ts"

export const Thumbnail = ({ alt, id }: { readonly id: number; readonly alt: string }) => (
  <img class="thumbnail" src={pictureAddress(id, 160)} alt={alt} loading="lazy" width="72" height="54" />
)
