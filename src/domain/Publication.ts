/**
 * Which jobs are to be published, of all that are owed.
 *
 * A message is a hint: to publish one twice costs a service an answer, to publish none costs time. So a job is published when
 * it never was, and again only when its queue is idle: then no worker is going to answer.
 */
import type { ImageId, ServiceId } from "./Identifiers.ts"

/** An image, and the services that were requested and have not answered. */
export interface Owing {
  readonly imageId: ImageId
  readonly owed: ReadonlyArray<ServiceId>
}

export interface Published {
  /** The services in whose queue nothing waits, is in hand, or waits for another try. */
  readonly idle: ReadonlySet<ServiceId>
  /** Whether the job has been published before. */
  readonly isPublished: (imageId: ImageId, service: ServiceId) => boolean
}

/** The images with those services whose jobs are to be published, in the order given; also images without any. */
export const due = <A extends Owing>(images: ReadonlyArray<A>, { idle, isPublished }: Published): ReadonlyArray<A> =>
  images.map((image) => ({
    ...image,
    owed: image.owed.filter((service) => idle.has(service) || !isPublished(image.imageId, service))
  }))

/** The same images, of whose services only the wanted are left. */
export const only = <A extends Owing>(
  images: ReadonlyArray<A>,
  isWanted: (service: ServiceId, imageId: ImageId) => boolean
): ReadonlyArray<A> =>
  images.map((image) => ({ ...image, owed: image.owed.filter((service) => isWanted(service, image.imageId)) }))

/** How many jobs they are. */
export const count = (images: ReadonlyArray<Owing>): number => images.reduce((sum, { owed }) => sum + owed.length, 0)
