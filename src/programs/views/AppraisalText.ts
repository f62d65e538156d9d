/** What corrections tell about detectors, for a terminal. */
import { type Appraisal, enough } from "../../domain/corrections/Appraisal.ts"
import * as Wording from "../../domain/Wording.ts"
import * as Table from "./Table.ts"

/** A table of all detectors, and what to put into the configuration. */
export const lines = (images: number, services: ReadonlyArray<Appraisal>): ReadonlyArray<string> => {
  if (images === 0) return ["Nobody has corrected a box. CORRECTIONS=on lets people do so in the dashboard."]
  const rows = services.map(({ found, missed, precision, proposedTrust, recall, service, trust, wrong }) => [
    service,
    String(found),
    String(wrong),
    String(missed),
    share(precision),
    share(recall),
    trust.toFixed(2),
    proposedTrust?.toFixed(2) ?? "-"
  ])
  const entries = services.flatMap(({ proposedTrust, service, trust }) =>
    proposedTrust === undefined || proposedTrust === trust ? [] : [`  "${service}": {"trust": ${proposedTrust}}`]
  )
  return [
    `From the corrections of ${Wording.count(images, "image")}:`,
    "",
    ...Table.lines(["detector", "right", "wrong", "missed", "precision", "recall", "trust", "proposed"], rows),
    "",
    ...(entries.length === 0
      ? [`No other trust is proposed: that takes ${enough} judged detections of a detector.`]
      : ["To accept, set in the services of service_config.json:", entries.join(",\n")])
  ]
}

const share = (of: number | undefined): string => (of === undefined ? "-" : Wording.share(of))
