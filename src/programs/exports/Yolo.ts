/**
 * Confirmed boxes as a data set of Ultralytics YOLO: a ZIP with a text file for each image, and `data.yaml`. The pictures are
 * not in it: `pictures.tsv` says which file goes by which name.
 *
 * @see https://docs.ultralytics.com/datasets/detect
 */
import { Stream } from "effect"
import * as CocoCategories from "../../domain/vocabulary/CocoCategories.ts"
import type { Exported } from "../flows/Export.ts"
import * as Image from "./Image.ts"
import * as Zip from "./Zip.ts"

export const document = <E, R>(images: Stream.Stream<Exported, E, R>): Stream.Stream<Uint8Array, E, R> =>
  Stream.suspend(() => {
    // COCO's 80 have the numbers of the models that were trained on them; what else comes up follows.
    const classes = new Map(CocoCategories.standard.map(({ name }, index) => [name, index]))
    const numberOf = (name: string) => {
      const number = classes.get(name) ?? classes.size
      classes.set(name, number)
      return number
    }
    let pictures = ""
    const labels = Stream.map(images, ({ record, size }): Zip.File => {
      const name = Image.name(record)
      pictures += `${name}\t${Image.place(record)}\n`
      const lines = Image.confirmed(record).map(({ box: { height, width, x, y }, concept }) => {
        const center = [(x + width / 2) / size.width, (y + height / 2) / size.height]
        return `${numberOf(concept)} ${[...center, width / size.width, height / size.height].map(share).join(" ")}\n`
      })
      return { name: `labels/train/${Image.stem(record)}.txt`, input: lines.join("") }
    })
    const rest = Stream.suspend(() =>
      Stream.make(
        { name: "pictures.tsv", input: pictures },
        { name: "data.yaml", input: dataYaml([...classes.keys()]) }
      )
    )
    return Zip.archive(Stream.concat(labels, rest))
  })

const share = (value: number): string => Math.min(Math.max(value, 0), 1).toFixed(6)

const dataYaml = (names: ReadonlyArray<string>): string =>
  ["path: .", "train: images/train", "val: images/train", "names:"]
    .concat(names.map((name, index) => `  ${index}: ${JSON.stringify(name)}`))
    .map((line) => `${line}\n`)
    .join("")
