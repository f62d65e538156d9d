/** Objects in storage that speaks S3, by the name that its tools give them: `s3://bucket/key`. */

export interface StoredObject {
  readonly bucket: string
  /** As it is, not encoded. Empty where all of the bucket is meant. */
  readonly key: string
}

/** Whether the words mean an object, or some, in such storage. */
export const isAddress = (words: string): boolean => /^s3:\/\//i.test(words)

/**
 * What an address names; `undefined` when it names no bucket.
 *
 * @example
 * parse("s3://photos/2024/a b.jpg") // => { bucket: "photos", key: "2024/a b.jpg" }
 */
export const parse = (address: string): StoredObject | undefined => {
  const [, bucket, key = ""] = /^s3:\/\/([a-z0-9][a-z0-9._-]{1,254})(?:\/(.*))?$/is.exec(address) ?? []
  return bucket === undefined ? undefined : { bucket, key }
}

/** The address of an object, the same for the same bucket and key. */
export const addressOf = ({ bucket, key }: StoredObject): string => `s3://${bucket}/${key}`
