/** Scenarios for real servers: few services that answer at once and agree about what there is, and nothing that fails. */
import { Effect } from "effect"
import * as Strategies from "../../src/domain/harmonization/Strategies.ts"
import { get, type ServiceCatalog, standard } from "../../src/domain/ServiceCatalog.ts"
import * as Scenario from "../simulation/Scenario.ts"
import { face, label, object, palette, said, serviceId, type Wire } from "../support/Facts.ts"

export const catalog: ServiceCatalog = ["clip", "face", "rtdetr", "yolov8"].map((id) => get(standard, serviceId(id)))

/** Pictures that nobody else uses, as long as their names are. */
export const pictures = (name: string, count = 2, services = catalog): ReadonlyArray<Scenario.Picture> =>
  Array.from({ length: count }, (_, i) => ({
    reference: { filename: `${name} ${i}.jpg`, path: `/${name} ${i}.jpg` },
    condition: "fine",
    services: services.filter(({ category }) => category === "primary")
  }))

const seen: Record<string, ReadonlyArray<Wire>> = {
  clip: [label("person", 0.8)],
  colors: [palette],
  detectron2: [object("person", [3, 2, 98, 150], 0.7), object("dog", [200, 0, 90, 90], 0.6)],
  face: [face([10, 10, 20, 20], 0.9)],
  rtdetr: [object("person", [0, 0, 100, 150], 0.9)],
  yolov8: [object("person", [4, 0, 100, 150], 0.8), object("dog", [200, 4, 90, 90], 0.9)]
}

export const scenario = (rest: Partial<Scenario.Scenario> = {}): Scenario.Scenario => ({
  seed: 1,
  catalog,
  strategy: Strategies.defaultStrategy,
  cropsWait: "1 second",
  images: [],
  says: ({ id }) => Effect.succeed({ data: said(...(seen[id] ?? [])).data!, processingTime: 0.25 }),
  takes: () => 5,
  faults: Scenario.noFaults,
  outages: Scenario.noOutages,
  ...rest
})
