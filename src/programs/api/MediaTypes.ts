/**
 * The media type of a picture by its first bytes. Never one that a browser would run: what is not known is only bytes.
 *
 * @see https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern
 */
export const mediaTypeOf = (bytes: Uint8Array): string => {
  const head = Buffer.from(bytes.subarray(0, 16)).toString("latin1")
  return signatures.find(([offset, signature]) => head.startsWith(signature, offset))?.[2] ?? "application/octet-stream"
}

/** What is found at which place. */
const signatures = [
  [0, "\xff\xd8\xff", "image/jpeg"],
  [0, "\x89PNG\r\n\x1a\n", "image/png"],
  [0, "GIF87a", "image/gif"],
  [0, "GIF89a", "image/gif"],
  [8, "WEBP", "image/webp"],
  [0, "II*\0", "image/tiff"],
  [0, "MM\0*", "image/tiff"],
  [4, "ftypavif", "image/avif"],
  [4, "ftypheic", "image/heic"],
  [4, "ftypheix", "image/heic"],
  [4, "ftypmif1", "image/heic"]
] as const
