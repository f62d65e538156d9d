/** Proposed offsets for a terminal. */
import * as Alignment from "../../domain/harmonization/Alignment.ts"
import type { Aligned } from "../flows/Align.ts"
import * as Table from "./Table.ts"

/** A table of all detectors, and what to put into the configuration. */
export const lines = (aligned: ReadonlyArray<Aligned>): ReadonlyArray<string> => {
  const rows = aligned.map(({ iou, objects, offsets, service }) => [
    service,
    String(objects),
    ...Alignment.edges.map((edge) => percent(offsets[edge])),
    iou.before.toFixed(3),
    iou.after.toFixed(3)
  ])
  const off = aligned.filter(({ offsets }) => Object.keys(offsets).length > 0)
  const entries = off.map(({ offsets, service }) => `  "${service}": {"align": ${JSON.stringify(offsets)}}`)
  return [
    ...Table.lines(["detector", "objects", ...Alignment.edges, "IoU", "IoU aligned"], rows),
    "",
    ...(off.length === 0
      ? ["No detector is off by 2 % or more."]
      : ["To accept, add to the services in service_config.json:", entries.join(",\n")])
  ]
}

const percent = (offset: number | undefined): string =>
  offset === undefined ? "-" : `${offset > 0 ? "+" : ""}${(100 * offset).toFixed(1)} %`
