/**
 * Where pictures come from: a folder, named by its path, a web server, named by its origin, or a bucket in storage. A folder
 * stands for all that is below it.
 */
import { Duration } from "effect"
import { type ImageReference, pathOf } from "./ImageReference.ts"
import { urlParts } from "./Web.ts"

/**
 * The folder a picture is in, or the server it is on.
 *
 * @example
 * of({ filename: "a.jpg", path: "/mnt/nas/a.jpg" }) // => "/mnt/nas"
 * of({ filename: "a.jpg", url: "http://pictures:8080/x/a.jpg" }) // => "http://pictures:8080"
 * of({ filename: "a.jpg", url: "s3://photos/x/a.jpg" }) // => "s3://photos"
 */
export const of = (reference: ImageReference): string => {
  const path = pathOf(reference)
  if (path === undefined) return originOf(reference.url!)
  return path.slice(0, Math.max(path.search(lastName), 0)) || "/"
}

/** The last separator of a path, and the name behind it. */
const lastName = /[/\\][^/\\]*$/

/** Whether it is a web server, or a bucket. */
export const isWeb = (source: string): boolean => /^(https?|s3):/.test(source)

/** Whether the picture is read from there. */
export const has = (source: string, reference: ImageReference): boolean => {
  const own = of(reference)
  if (own === source || isWeb(source) || isWeb(own)) return own === source
  return source === "/" || (own.startsWith(source) && /^[/\\]/.test(own.slice(source.length)))
}

/**
 * When a picture of a source is looked for again that has been away for so long, and is looked at itself after `next`: after a
 * quarter of the time at most, and the less often the longer it is, so that many pictures that wait for it cost little.
 *
 * @example
 * pause(Duration.minutes(3), Duration.zero) // => Duration.seconds(30)
 */
export const pause = (away: Duration.Duration, next: Duration.Duration): Duration.Duration => {
  const longest = Duration.divideUnsafe(away, 4)
  const [first] = pauses
  return Duration.max(pauses.findLast((pause) => Duration.isLessThanOrEqualTo(pause, longest)) ?? first, next)
}

/** Ascending; those of brokers, which make a delay the next longer one that they have. */
const pauses = [
  Duration.seconds(1),
  Duration.seconds(5),
  Duration.seconds(30),
  Duration.minutes(2),
  Duration.minutes(10)
] as const

const originOf = (url: string): string => {
  const parts = urlParts(url)
  if (parts === undefined) return url
  const { hostname, port, protocol } = parts
  return `${protocol}//${hostname}${port === "" ? "" : `:${port}`}`
}
