/** Storage of objects that speaks S3, wherever it is. */
import { Context, type Stream } from "effect"
import type { StoredObject } from "../domain/StoredObject.ts"
import type { ImageSourceError } from "./ImageSource.ts"

export class ObjectStorage extends Context.Service<
  ObjectStorage,
  {
    /** The bytes of the object, as they come; not looked at. */
    readonly fetch: (object: StoredObject) => Stream.Stream<Uint8Array, ImageSourceError>
    /** The keys of the bucket that begin with `prefix.key`, in order, page by page: however many they are. */
    readonly list: (prefix: StoredObject) => Stream.Stream<string, ImageSourceError>
  }
>()("windmill/services/ObjectStorage") {}
