/** What the program wrote into the page. An image is read when it is shown for the first time. */
import { Schema } from "effect"
import { Report, ReportImage } from "../../domain/archive/Report.ts"
import type { Pictures } from "../parts/Picture.ts"

const textOf = (id: string): string | undefined => document.getElementById(id)?.textContent

const decodeImage = Schema.decodeSync(Schema.fromJsonString(Schema.toCodecJson(ReportImage)))

export const report: Report = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.toCodecJson(Report)))(
  textOf("report")
)

const read = new Map<number, ReportImage>()

/** Everything about an image; `undefined` when it is not in the report. */
export const imageOf = (id: number): ReportImage | undefined => {
  const known = read.get(id)
  if (known !== undefined) return known
  const text = textOf(`image-${id}`)
  if (text === undefined) return undefined
  const image = decodeImage(text)
  read.set(id, image)
  return image
}

export const pictures: Pictures = {
  load: (id) => {
    const picture = imageOf(id)?.picture
    return picture === undefined ? Promise.reject(new Error("The image could not be read")) : Promise.resolve(picture)
  },
  release: () => {}
}
