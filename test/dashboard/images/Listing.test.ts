import { assert, describe, it } from "@effect/vitest"
import * as Listing from "../../../src/dashboard/images/Listing.ts"
import type { ImageSummary } from "../../../src/domain/archive/Image.ts"

const image = (id: number, answered = 0) => ({ id, answered }) as ImageSummary
const ids = ({ images }: Listing.Listing) => images.map(({ id }) => id as number)

describe("Listing", () => {
  const listing: Listing.Listing = { images: [image(9), image(7), image(5)], next: 5 }

  it("takes over what changed, adds what is new and drops what no longer fits", () => {
    const updated = Listing.update(listing, new Set([10, 9, 7]), [image(10), image(9, 3)])
    assert.deepStrictEqual(ids(updated), [10, 9, 5])
    assert.strictEqual(updated.images[1]!.answered, 3)
  })

  it("leaves older images to the next page, unless there is none", () => {
    assert.deepStrictEqual(ids(Listing.update(listing, new Set([3]), [image(3)])), [9, 7, 5])
    const whole = { images: listing.images }
    assert.deepStrictEqual(ids(Listing.update(whole, new Set([3]), [image(3)])), [9, 7, 5, 3])
  })

  it("has no image twice when pages overlap", () => {
    const longer = Listing.append(listing, { images: [image(5), image(2)] })
    assert.deepStrictEqual(ids(longer), [9, 7, 5, 2])
    assert.isUndefined(longer.next)
  })
})
