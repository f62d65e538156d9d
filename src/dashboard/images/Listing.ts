import type { ImageSummary } from "../../domain/archive/Image.ts"
/** The images on the page, kept as they are now while they change. */

export interface Listing {
  /** Newest first. */
  readonly images: ReadonlyArray<ImageSummary>
  /** The last image, when more come after it. */
  readonly next?: number | undefined
}

/** Whether an image belongs into what has been loaded; one that is older stays for later. */
export const isLoaded = ({ next }: Listing, id: number): boolean => next === undefined || id >= next

/**
 * The listing after some images changed: `asked` are those that did, `found` those of them that meet the filter now. An
 * image that is older than what has been loaded stays for later.
 */
export const update = (self: Listing, asked: ReadonlySet<number>, found: ReadonlyArray<ImageSummary>): Listing => {
  const kept = self.images.filter(({ id }) => !asked.has(id))
  return { ...self, images: [...kept, ...found.filter(({ id }) => isLoaded(self, id))].toSorted((a, b) => b.id - a.id) }
}

/** The listing with the next page. Images that moved between the pages are there once. */
export const append = (self: Listing, page: Listing): Listing => {
  const known = new Set(self.images.map(({ id }) => id))
  return { images: [...self.images, ...page.images.filter(({ id }) => !known.has(id))], next: page.next }
}
