import { Schema } from "effect"

/** Nothing can be found there. */
export class NoImages extends Schema.TaggedError<NoImages>()("NoImages", {
  pattern: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `${this.pattern} ${this.detail}`
  }
}
