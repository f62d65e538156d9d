/** Numbers and times in words. */
import type { Detection } from "./Detection.ts"
import { movedEdges } from "./harmonization/Alignment.ts"

/** The text when it has at most `length` characters; otherwise its beginning, with `…` as the last of them. */
export const cut = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1).replace(/\p{Cs}$/u, "")}…`

/** A count with its noun: `1 image`, `24 images`, `1,024 boxes`. */
export const count = (n: number, singular: string, plural = `${singular}s`): string =>
  `${grouped(n)} ${n === 1 ? singular : plural}`

/** A whole number with its thousands set apart. */
export const grouped = (n: number): string => n.toLocaleString("en-US")

/** Seconds in the two largest units: `0.4 s`, `6 s`, `2 min 5 s`, `1 h 3 min`. */
export const seconds = (n: number): string => {
  if (n < 0.95) return `${Math.max(0, n).toFixed(1)} s`
  const whole = Math.round(n)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

/** How often something happens per second, with as many digits as tell something: `0.4`, `3.4`, `41`. */
export const rate = (perSecond: number): string => (perSecond < 10 ? perSecond.toFixed(1) : perSecond.toFixed(0))

/** A list as a sentence has it: `a`, `a and b`, `a, b and c`. */
export const listed = (items: ReadonlyArray<string>): string =>
  items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`

/** A number in `[0, 1]` with two digits. Only what is certain is `1.00`. */
export const share = (n: number): string => (Math.floor(n * 100) / 100).toFixed(2)

/** What the alignment of services did to the boxes of an object: `yolov8's top edge moved 3 px down`. */
export const movedBy = (members: ReadonlyArray<Detection>): ReadonlyArray<string> =>
  members.flatMap((member) =>
    movedEdges(member).map(({ by, edge }) => {
      const direction = edge === "left" || edge === "right" ? (by > 0 ? "right" : "left") : by > 0 ? "down" : "up"
      return `${member.service}'s ${edge} edge moved ${Math.abs(by)} px ${direction}`
    })
  )
