/**
 * Boxes as CSV, a line for each, also for those that the detectors do not agree on.
 *
 * @see RFC 4180
 */
import { Stream } from "effect"
import type { Exported } from "../flows/Export.ts"
import * as Image from "./Image.ts"

const columns =
  "image_id,file_name,place,image_width,image_height,box_id,label,x,y,width,height,confidence,status,services,corrected_by,correction"

export const document = <E, R>(images: Stream.Stream<Exported, E, R>): Stream.Stream<string, E, R> =>
  Stream.concat(Stream.make(`${columns}\r\n`), Stream.map(images, lines))

const lines = ({ record, size }: Exported): string =>
  record.boxes
    .map(({ box, concept, confidence, correction, id, services, status }) =>
      [
        record.imageId,
        Image.name(record),
        Image.place(record),
        size.width,
        size.height,
        id,
        concept,
        box.x,
        box.y,
        box.width,
        box.height,
        confidence,
        status,
        services.join(" "),
        correction?.by ?? "",
        correction?.kind ?? ""
      ]
        .map(field)
        .join(",")
    )
    .map((line) => `${line}\r\n`)
    .join("")

/** Text that a spreadsheet would take for a formula is one no more. */
const field = (value: string | number): string => {
  if (typeof value === "number") return String(value)
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
