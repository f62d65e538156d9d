/** Made-up pictures for measuring speed: what three detectors see of objects anywhere on 1280 x 960 pixels. */
import { Brand } from "effect"
import { imageBox } from "../../src/domain/BoundingBox.ts"
import type { HarmonizationInput } from "../../src/domain/Harmonization.ts"
import type { Concept, ServiceId } from "../../src/domain/Identifiers.ts"

const serviceId = Brand.nominal<ServiceId>()
const concept = Brand.nominal<Concept>()

const services = ["detectron2", "rtdetr", "yolov8"].map((name) => serviceId(name))

/**
 * `objects` objects of `concepts` concepts, each seen by all three detectors with edges off by 5 % of its size. Sides
 * are between 16 and 256 pixels, small ones more often. The same for the same `seed`.
 */
export const picture = (objects: number, concepts: number, seed: number): HarmonizationInput => {
  let state = seed
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const truths = Array.from({ length: objects }, () => {
    const width = 16 ** (1 + random())
    const height = 16 ** (1 + random())
    return {
      name: `concept ${Math.floor(random() * concepts)}`,
      box: { x: random() * (1280 - width), y: random() * (960 - height), width, height }
    }
  })
  const detections = services.flatMap((service) =>
    truths.map(({ box, name }, index) => ({
      service,
      index,
      concept: concept(name),
      label: name,
      confidence: Math.round(300 + 700 * random()) / 1000,
      box: imageBox({
        x: box.x + 0.05 * normal() * box.width,
        y: box.y + 0.05 * normal() * box.height,
        width: box.width * Math.exp(0.05 * normal()),
        height: box.height * Math.exp(0.05 * normal())
      })
    }))
  )
  return { detections, reporters: services.map((service) => ({ service })) }
}
