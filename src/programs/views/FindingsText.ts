/** Findings of a check for a terminal: one line each, the remedy in it. */
import type { Finding } from "../../domain/Finding.ts"
import * as TerminalText from "./TerminalText.ts"

const marks: Readonly<Record<Finding["verdict"], string>> = { fine: "ok", odd: "odd", broken: "BROKEN" }

/**
 * @example
 * line({ subject: "ocr", step: "name", verdict: "fine", detail: "10.0.0.7" }) // => "ok      ocr           name         10.0.0.7"
 */
export const line = ({ detail, remedy, step, subject, verdict }: Finding): string =>
  [
    marks[verdict].padEnd(7),
    subject.padEnd(13),
    step.padEnd(12),
    TerminalText.span(`${detail}${remedy === undefined ? "" : `: ${remedy}`}`).text
  ].join(" ")

/** How it went altogether. */
export const summary = (findings: ReadonlyArray<Finding>): string => {
  const count = (verdict: Finding["verdict"]) => findings.filter((finding) => finding.verdict === verdict).length
  return count("broken") + count("odd") === 0
    ? "All is well."
    : `${count("broken")} broken, ${count("odd")} odd, ${count("fine")} fine.`
}
