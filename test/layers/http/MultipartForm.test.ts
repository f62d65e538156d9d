import { assert, describe, it } from "@effect/vitest"
import * as MultipartForm from "../../../src/layers/http/MultipartForm.ts"

const bytes = new Uint8Array([255, 216, 13, 10, 45, 45, 0, 255, 217])

/** The file in the form, as another implementation reads it. */
const fileIn = async ({ body, contentType }: MultipartForm.MultipartForm): Promise<File> => {
  const response = new Response(body as Uint8Array<ArrayBuffer>, { headers: { "content-type": contentType } })
  return (await response.formData()).get("file") as File
}

describe("ofImage", () => {
  it("is read as one file with its name, type and bytes", async () => {
    const file = await fileIn(
      MultipartForm.ofImage("file", { bytes, filename: "a b.jpg", mediaType: "image/jpeg" }, Buffer.alloc)
    )
    assert.deepInclude(file, { name: "a b.jpg", type: "image/jpeg" })
    assert.deepEqual(new Uint8Array(await file.arrayBuffer()), bytes)
  })

  it("keeps the form whole whatever the file is called", async () => {
    const filename = 'no"way\r\n--x.jpg'
    const file = await fileIn(MultipartForm.ofImage("file", { bytes, filename, mediaType: "image/jpeg" }, Buffer.alloc))
    assert.deepEqual(new Uint8Array(await file.arrayBuffer()), bytes)
    assert.strictEqual(file.name, filename)
  })

  it("has no control character in its head", () => {
    const filename = "esc\u001b[31mred\0\u0085\t.jpg"
    const { body } = MultipartForm.ofImage("file", { bytes, filename, mediaType: "image/jpeg" }, Buffer.alloc)
    const head = body.subarray(0, body.indexOf("\r\n\r\n")).toString()
    assert.notMatch(head.replaceAll("\r\n", ""), /\p{Cc}/u)
    assert.include(head, 'filename="esc%1B[31mred%00%85%09.jpg"')
  })
})
