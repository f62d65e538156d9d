/** What a producer says about its work. */
import * as Wording from "../../domain/Wording.ts"

/** How far it is. */
export interface Production {
  readonly images: number
  readonly jobs: number
  readonly pending: number
  /** Images in all. */
  readonly total: number
  /** Seconds since the start. */
  readonly elapsed: number
}

/**
 * How far it is, how fast, and how long the rest takes.
 *
 * @example
 * progress({ images: 500, jobs: 6500, pending: 0, total: 1500, elapsed: 2 })
 * // => "500 of 1,500 images, 6,500 jobs, 3250 jobs/s, 4 s left"
 */
export const progress = ({ elapsed, images, jobs, total }: Production): string => {
  const rate = elapsed > 0 ? images / elapsed : 0
  return [
    `${Wording.grouped(images)} of ${Wording.count(total, "image")}`,
    Wording.count(jobs, "job"),
    ...(rate === 0
      ? []
      : [`${Wording.rate(jobs / elapsed)} jobs/s`, `${Wording.seconds(Math.max(0, total - images) / rate)} left`])
  ].join(", ")
}

/** What was done. */
export const summary = ({ elapsed, images, jobs, pending }: Production): string =>
  `${Wording.count(images, "image")}: ${Wording.count(jobs, "job")} published in ${Wording.seconds(elapsed)}` +
  (pending === 0 ? "" : `, ${Wording.grouped(pending)} published earlier and not answered yet`)

/** What was asked about pictures that appeared. */
export const appeared = (images: number, jobs: number): string =>
  `${Wording.count(images, "picture")}: ${Wording.count(jobs, "job")} published`

/** What would be done at most: what was published earlier is not published again. */
export const plan = (images: number, services: number): string =>
  `${Wording.count(images, "image")} for ${Wording.count(services, "service")}: at most ${Wording.count(images * services, "job")}`

/** Images that could not be asked about. */
export const unknown = (images: number): string =>
  `${Wording.count(images, "image")} of the list ${images === 1 ? "is" : "are"} not in the database and could not be submitted.`

/** What was asked again, or would be. */
export const askedAgain = (jobs: number, { dryRun }: { readonly dryRun: boolean }): string =>
  `${Wording.count(jobs, "job")} ${dryRun ? "would be published again" : "published again"}`
