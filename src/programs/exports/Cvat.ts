/**
 * Confirmed boxes as "CVAT for images 1.1", to be imported into a task of CVAT that has the pictures and labels.
 *
 * @see https://docs.cvat.ai/docs/manual/advanced/formats/format-cvat
 */
import { Stream } from "effect"
import type { Exported } from "../flows/Export.ts"
import * as Image from "./Image.ts"

export const document = <E, R>(images: Stream.Stream<Exported, E, R>): Stream.Stream<string, E, R> =>
  Stream.make('<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n').pipe(
    Stream.concat(Stream.map(images, element)),
    Stream.concat(Stream.make("</annotations>\n"))
  )

const element = ({ record, size }: Exported): string => {
  const boxes = Image.confirmed(record).map(
    ({ box: { height, width, x, y }, concept, correction }) =>
      `    <box label="${escape(concept)}" source="${correction === undefined ? "auto" : "manual"}" occluded="0" xtl="${x}" ytl="${y}" xbr="${x + width}" ybr="${y + height}" z_order="0"/>\n`
  )
  const opening = `  <image id="${record.imageId}" name="${escape(Image.name(record))}" width="${size.width}" height="${size.height}">\n`
  return `${opening}${boxes.join("")}  </image>\n`
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }

/** Control characters have no place in XML. */
const escape = (text: string): string =>
  text.replace(/\p{Cc}/gu, " ").replace(/[&<>"]/g, (character) => entities[character]!)
