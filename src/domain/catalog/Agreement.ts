/** Whether programs that share their work know the same services, and make the same of their answers. */
import { Schema } from "effect"
import { ServiceId } from "../Identifiers.ts"
import { fingerprint } from "../vocabulary/Fingerprint.ts"
import type { Service } from "./Service.ts"

/** The services of a catalog, each with a fingerprint of what is made of its answers. Where it is reached may differ. */
export const CatalogPrint = Schema.Record(Schema.String, Schema.String)
export type CatalogPrint = typeof CatalogPrint.Type

/** In what a catalog differs from another, in name order. */
export const Difference = Schema.Struct({
  /** Services that it does not know. */
  lacks: Schema.Array(ServiceId),
  /** Services that it alone knows. */
  adds: Schema.Array(ServiceId),
  /** Services that are configured in another way. */
  differs: Schema.Array(ServiceId)
})
export type Difference = typeof Difference.Type

export const printOf = (catalog: ReadonlyArray<Service>): CatalogPrint =>
  Object.fromEntries(
    catalog.map(({ align, category, crops, id, kind, queue, selection, trust, vocabulary }) => [
      id,
      fingerprint(JSON.stringify([category, kind, queue, crops, trust, vocabulary, align, selection]))
    ])
  )

/** How `that` differs from `own`; nothing when it does not. */
export const difference = (own: CatalogPrint, that: CatalogPrint): Difference | undefined => {
  const names = (print: CatalogPrint) => Object.keys(print).sort() as Array<ServiceId>
  const lacks = names(own).filter((id) => that[id] === undefined)
  const adds = names(that).filter((id) => own[id] === undefined)
  const differs = names(own).filter((id) => that[id] !== undefined && that[id] !== own[id])
  return lacks.length + adds.length + differs.length === 0 ? undefined : { lacks, adds, differs }
}
