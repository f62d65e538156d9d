import { assert, describe, it } from "@effect/vitest"
import { unsigned } from "../../src/domain/SignedUrl.ts"

describe("unsigned", () => {
  const place = "https://store.example/photos/a%20b.jpg"

  it.each([
    [
      "AWS, version 4",
      "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AK%2F20261126%2Feu%2Fs3&X-Amz-Date=1&X-Amz-Expires=9&X-Amz-Security-Token=t&X-Amz-SignedHeaders=host&X-Amz-Signature=ab"
    ],
    ["AWS, version 2", "AWSAccessKeyId=AK&Expires=1&Signature=a%2B"],
    ["CloudFront", "Policy=p&Signature=s&Key-Pair-Id=k"],
    [
      "Google, version 4",
      "X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=c&X-Goog-Date=1&X-Goog-Expires=9&X-Goog-SignedHeaders=host&X-Goog-Signature=ab"
    ],
    ["Google, version 2", "GoogleAccessId=a%40b&Expires=1&Signature=s"],
    ["Azure", "sv=2024-11-04&st=1&se=2&sr=b&sp=r&sig=a%3D"],
    ["Azure, of a user", "skoid=1&sktid=2&skt=3&ske=4&sks=b&skv=5&sv=2024-11-04&se=2&sr=b&sp=r&sig=a"],
    ["OSS, version 1", "OSSAccessKeyId=a&Expires=1&Signature=s"],
    [
      "OSS, version 4",
      "x-oss-signature-version=OSS4&x-oss-credential=c&x-oss-date=1&x-oss-expires=9&x-oss-signature=ab"
    ]
  ])("leaves away what signs for %s, and nothing else", (_name, signature) => {
    assert.strictEqual(unsigned(`${place}?${signature}`), place)
    assert.strictEqual(unsigned(`${place}?versionId=7&${signature}&w=3#top`), `${place}?versionId=7&w=3#top`)
  })

  it("leaves alone what is not signed, letter by letter", () => {
    for (const url of [
      place,
      `${place}?`,
      `${place}?sig=1`,
      `${place}?signature=1&expires=2`,
      `${place}?x-oss-process=image/resize,w_100`,
      "s3://photos/a?sv=1&sig=2",
      "no URL?sv=1&sig=2"
    ]) {
      assert.strictEqual(unsigned(url), url)
    }
  })
})
