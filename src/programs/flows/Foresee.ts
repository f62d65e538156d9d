/** What would be asked again, counted without asking. */
import { Effect, Stream } from "effect"
import type { ImageFilter } from "../../domain/archive/ImageFilter.ts"
import type { ServiceId } from "../../domain/Identifiers.ts"
import type { ServiceCatalog } from "../../domain/ServiceCatalog.ts"
import { Archive } from "../../services/Archive.ts"
import { ResultStore } from "../../services/ResultStore.ts"

/** Images that are looked at at once. */
const batch = 500

/** Answers that the services owe about images of the group, or about all images. */
export const missing = (services: ServiceCatalog, group: string | undefined) =>
  idsOf(groupOf(group)).pipe(
    Stream.grouped(batch),
    Stream.mapEffect((ids) =>
      ResultStore.use((store) => store.owed({ scope: { _tag: "Images", ids }, limit: ids.length }))
    ),
    Stream.flattenIterable,
    Stream.runFold(
      () => 0,
      (sum, image) => sum + image.owed.filter((id) => isAmong(services, id)).length
    )
  )

/** Images of the group, or all, about which a service failed to answer, counted once for each such service. */
export const failed = (services: ServiceCatalog, group: string | undefined) =>
  Effect.map(
    Effect.forEach(services, ({ id }) => Stream.runCount(idsOf({ error: "any", service: id, ...groupOf(group) }))),
    (counts) => counts.reduce((sum, count) => sum + count, 0)
  )

const idsOf = (filter: ImageFilter) => Stream.unwrap(Archive.useSync((archive) => archive.ids(filter)))

const groupOf = (group: string | undefined): ImageFilter => (group === undefined ? {} : { group })

const isAmong = (services: ServiceCatalog, id: ServiceId): boolean => services.some((service) => service.id === id)
