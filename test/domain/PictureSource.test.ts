import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import * as PictureSource from "../../src/domain/PictureSource.ts"

const at = (path: string) => ({ filename: "a.jpg", path })
const on = (url: string) => ({ filename: "a.jpg", url })

describe("of", () => {
  it("is the folder or the server", () => {
    assert.strictEqual(PictureSource.of(at("/mnt/nas/2024/a.jpg")), "/mnt/nas/2024")
    assert.strictEqual(PictureSource.of(at("/a.jpg")), "/")
    assert.strictEqual(PictureSource.of(at("C:\\pictures\\a.jpg")), "C:\\pictures")
    assert.strictEqual(PictureSource.of(on("https://pictures:8443/2024/a.jpg?size=1")), "https://pictures:8443")
    for (const url of ["HTTPS://me:secret@Pictures:443/a.jpg", "http://[::1]:80?a", "http://h:8080#b/c@d"]) {
      assert.strictEqual(PictureSource.of(on(url)), new URL(url).origin)
    }
    assert.strictEqual(PictureSource.of({ ...at("/mnt/a.jpg"), url: "http://pictures/a.jpg" }), "/mnt")
  })
})

describe("has", () => {
  it("is true of all that is below a folder, and of nothing beside it", () => {
    for (const path of ["/mnt/nas/a.jpg", "/mnt/nas/2024/a.jpg"]) assert.isTrue(PictureSource.has("/mnt/nas", at(path)))
    for (const path of ["/mnt/a.jpg", "/mnt/nas2/a.jpg", "/nas/a.jpg"]) {
      assert.isFalse(PictureSource.has("/mnt/nas", at(path)), path)
    }
    assert.isTrue(PictureSource.has("/", at("/mnt/a.jpg")))
  })

  it("is true of all that is on a server", () => {
    assert.isTrue(PictureSource.has("http://pictures", on("http://pictures/2024/a.jpg")))
    for (const url of ["http://pictures:81/a.jpg", "https://pictures/a.jpg", "http://pictures2/a.jpg"]) {
      assert.isFalse(PictureSource.has("http://pictures", on(url)), url)
    }
    assert.isFalse(PictureSource.has("/", on("http://pictures/a.jpg")))
  })
})

describe("pause", () => {
  it("grows with the outage, from a second to ten minutes, and is not over before the next look", () => {
    const after = (away: Duration.Input, next: Duration.Input = 0) =>
      Duration.toSeconds(PictureSource.pause(Duration.fromInputUnsafe(away), Duration.fromInputUnsafe(next)))
    assert.strictEqual(after(0), 1)
    assert.strictEqual(after("20 seconds"), 5)
    assert.strictEqual(after("20 seconds", "30 seconds"), 30)
    assert.strictEqual(after("8 minutes"), 120)
    assert.strictEqual(after("1 day"), 600)
  })
})
