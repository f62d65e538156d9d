/**
 * A form with one file and some texts, encoded in one piece.
 *
 * `FormData` hands its files on as streams, which costs eight times the CPU of the whole request otherwise.
 *
 * @see https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data
 */
import * as NodeCrypto from "node:crypto"
import type { EncodedImage } from "../../domain/ImageReference.ts"
import type { PictureMemory } from "../pictures/PictureMemory.ts"

export interface MultipartForm {
  readonly contentType: string
  readonly body: Buffer<ArrayBuffer>
}

/** The form whose field `name` is the image, beside the texts of `fields`, in memory of that many bytes from `take`. */
export const ofImage = (
  name: string,
  { bytes, filename, mediaType }: Pick<EncodedImage, "bytes" | "filename" | "mediaType">,
  take: PictureMemory["take"],
  fields: Readonly<Record<string, string>> = {}
): MultipartForm => {
  const boundary = `windmill-${NodeCrypto.randomUUID()}`
  const texts = Object.entries(fields).map(
    ([name, text]) => `--${boundary}\r\nContent-Disposition: form-data; name="${escape(name)}"\r\n\r\n${text}\r\n`
  )
  const head = Buffer.from(
    `${texts.join("")}--${boundary}\r\nContent-Disposition: form-data; name="${escape(name)}"; filename="${escape(filename)}"\r\n` +
      `Content-Type: ${mediaType}\r\n\r\n`
  )
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`)
  const body = take(head.length + bytes.length + tail.length)
  body.set(head)
  body.set(bytes, head.length)
  body.set(tail, head.length + bytes.length)
  return { contentType: `multipart/form-data; boundary=${boundary}`, body }
}

/** A quote and line breaks would end a name; for other control characters servers refuse the form. */
const escape = (text: string): string =>
  text.replace(/["\p{Cc}]/gu, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`)
