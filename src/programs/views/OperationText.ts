/** Operations in words, for a terminal. */
import { type Operation, unitOf, words } from "../../domain/Operation.ts"
import * as Wording from "../../domain/Wording.ts"
import * as Table from "./Table.ts"

/** How far an operation is: `320 of 1,203 answers (26 %), 45/s, 20 s left`. */
export const progress = ({ done, eta, rate, request, total }: Operation): string =>
  [
    `${Wording.grouped(done)} of ${Wording.count(total, unitOf(request))} (${percent(done, total)} %)`,
    ...(rate > 0 ? [`${Wording.rate(rate)}/s`] : []),
    ...(eta === undefined ? [] : [`${Wording.seconds(eta)} left`])
  ].join(", ")

/** What became of it: `Done: 1,203 answers in 27 s`. */
export const ending = ({ began, done, ended, request, state, total }: Operation): string => {
  const seconds = ((ended ?? began).getTime() - began.getTime()) / 1000
  return state === "done"
    ? `Done: ${Wording.count(done, unitOf(request))} in ${Wording.seconds(seconds)}`
    : `Stopped: ${Wording.grouped(done)} of ${Wording.count(total, unitOf(request))} are done`
}

/** A line for each operation. */
export const table = (operations: ReadonlyArray<Operation>): ReadonlyArray<string> =>
  Table.lines(
    ["id", "state", "what", "done", "of", "rate", "left", "by", "began"],
    operations.map(({ began, by, done, eta, id, rate, request, state, total }) => [
      String(id),
      state,
      words(request),
      Wording.grouped(done),
      Wording.grouped(total),
      state === "running" ? `${Wording.rate(rate)}/s` : "",
      eta === undefined ? "" : Wording.seconds(eta),
      by,
      began.toISOString().slice(0, 19).replace("T", " ")
    ])
  )

const percent = (part: number, whole: number): number => (whole === 0 ? 100 : Math.floor((100 * part) / whole))
