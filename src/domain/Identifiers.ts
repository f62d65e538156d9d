/** The names by which windmill knows images, services, boxes, pictures and changes. */
import { Schema } from "effect"

/** The database's number of an image, from 1. */
export const ImageId = Schema.Int.check(Schema.isGreaterThan(0)).pipe(Schema.brand("ImageId"))
export type ImageId = typeof ImageId.Type

/** The stable name of a service: lower case, digits and `_`, at most 63 characters. Never a reply's own `service` field. */
export const ServiceId = Schema.String.check(
  Schema.isPattern(/^[a-z][a-z0-9_]{0,62}$/, {
    message:
      "Expected a service name of lower-case letters, digits and _, beginning with a letter, at most 63 characters"
  })
).pipe(Schema.brand("ServiceId"))
export type ServiceId = typeof ServiceId.Type

/** Names what images have in common: a batch, a shoot. */
export const Group = Schema.NonEmptyString.check(Schema.isMaxLength(200))

/** What a thing is, independent of how a service words it: a canonical label such as `person` or `dining table`. */
export const Concept = Schema.NonEmptyString.pipe(Schema.brand("Concept"))
export type Concept = typeof Concept.Type

/** Names a harmonized box by its content, so that a box that did not change keeps its name. */
export const BoxId = Schema.NonEmptyString.pipe(Schema.brand("BoxId"))
export type BoxId = typeof BoxId.Type

/** Names a picture by its content: SHA-256 of the bytes in lower-case hexadecimal. */
export const ContentHash = Schema.String.check(
  Schema.isPattern(/^[0-9a-f]{64}$/, { message: "Expected 64 hexadecimal digits" })
).pipe(Schema.brand("ContentHash"))
export type ContentHash = typeof ContentHash.Type

/** Marks a moment in the sequence of changes: what came before it is known, what comes after it is not. */
export const Moment = Schema.String.check(
  Schema.isPattern(/^[0-9]{1,19}-[0-9]{1,19}$/, { message: "Expected the id of an event" })
).pipe(Schema.brand("Moment"))
export type Moment = typeof Moment.Type
