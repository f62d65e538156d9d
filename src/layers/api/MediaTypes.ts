/**
 * The media type of a picture by its first bytes. Never one that a browser would run: what is not known is only bytes.
 *
 * @see https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern
 */
export const mediaTypeOf = (bytes: Uint8Array): string => {
  const head = Buffer.from(bytes.subarray(0, 16)).toString("latin1")
  return signatures.find(([signature]) => signature.test(head))?.[1] ?? "application/octet-stream"
}

const signatures = [
  [/^\xff\xd8\xff/, "image/jpeg"],
  [/^\x89PNG\r\n\x1a\n/, "image/png"],
  [/^GIF8[79]a/, "image/gif"],
  [/^RIFF....WEBP/s, "image/webp"],
  [/^(?:II\*\0|MM\0\*)/, "image/tiff"],
  [/^....ftyp(?:avif|avis)/s, "image/avif"],
  [/^....ftyp(?:heic|heix|mif1|msf1)/s, "image/heic"]
] as const
