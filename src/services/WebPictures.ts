/** Pictures on the web. */
import { Context, Schema, type Stream } from "effect"
import * as SignedUrl from "../domain/SignedUrl.ts"
import * as Wording from "../domain/Wording.ts"
import type { ImageSourceError } from "./ImageSource.ts"

/** The address, or one it leads to, is of a network that strangers may not have this machine read. */
export class PlaceRefused extends Schema.TaggedError<PlaceRefused>()("PlaceRefused", {
  url: Schema.String,
  detail: Schema.String,
  /** Where the name led. For those who run this machine: strangers learn nothing about its network. */
  address: Schema.optionalKey(Schema.String)
}) {
  /** The address as it is shown: `data:` has a picture in it. */
  get place() {
    return Wording.cut(SignedUrl.shown(this.url), 200)
  }

  override get message() {
    return `${this.place} is not fetched: ${this.detail}`
  }
}

export class WebPictures extends Context.Service<
  WebPictures,
  {
    /** The bytes at a URL, as they come; not looked at. Only public places are read, whatever the URL leads to. */
    readonly fetch: (url: string) => Stream.Stream<Uint8Array, PlaceRefused | ImageSourceError>
    /** The same for a URL of whoever runs this, which may be of any network; where it redirects to is a stranger's word. */
    readonly fetchTrusted: (url: string) => Stream.Stream<Uint8Array, PlaceRefused | ImageSourceError>
  }
>()("windmill/services/WebPictures") {}
