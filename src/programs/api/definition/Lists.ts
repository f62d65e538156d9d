/** Lists in the body of a request. */
import { Schema } from "effect"

/** A list of names or ids; no request needs more of them. */
export const listOf = <Item extends Schema.Top>(item: Item) => Schema.Array(item).check(Schema.isMaxLength(1000))
