import { assert, describe, it } from "@effect/vitest"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import * as ImageFindings from "../../../src/programs/views/ImageFindings.ts"
import { serviceId } from "../../support/Runs.ts"
import { beachFacts, findingsOf, imageOf } from "../../support/Records.ts"

const beach = findingsOf(beachFacts)

describe("ImageFindings", () => {
  it("lists confirmed boxes before tentative ones", () => {
    assert.deepStrictEqual(
      beach.boxes.map(({ name, status }) => [name, status]),
      [
        ["person", "confirmed"],
        ["horse", "confirmed"],
        ["bird", "tentative"]
      ]
    )
  })

  it("knows an emoji for a box of which no detector sent one", () => {
    assert.deepStrictEqual(
      beach.boxes.map(({ emoji }) => emoji),
      ["🧑", "🐴", "🕊"]
    )
  })

  it("gives each box what was learned from its crop, in image pixels", () => {
    const [person, horse] = beach.boxes
    const { x, y } = person!.box
    const { faces, palettes, poses } = person!
    assert.deepInclude(faces[0]?.box, { x: x + 30, y: y + 12, width: 38, height: 44 })
    assert.strictEqual(poses[0]?.landmarks["nose"]?.x, x + person!.box.width / 2)
    assert.deepStrictEqual(
      palettes.map(({ colors }) => colors.map(({ hex }) => hex)),
      [["#b5462f", "#2b3a55"]]
    )
    assert.deepStrictEqual([horse?.faces, horse?.poses], [[], []])
  })

  it("names failures on the image and on crops", () => {
    assert.deepStrictEqual(beach.failures, [
      { service: serviceId("ollama"), class: "unavailable", reason: "It is unavailable", box: undefined },
      { service: serviceId("face"), class: "refused", reason: "It is refused", box: "horse" }
    ])
  })

  it("knows who still owes an answer", () => {
    const requested = [...beachFacts.requested, serviceId("metadata")]
    assert.deepStrictEqual(findingsOf({ ...beachFacts, requested }).owed, [serviceId("metadata")])
  })

  it("does without the size of an image that cannot be read", () => {
    const findings = ImageFindings.of(imageOf(beachFacts), ServiceCatalog.standard, undefined)
    assert.strictEqual(findings.boxes.length, 3)
    assert.deepStrictEqual([findings.faces, findings.poses], [[], []])
  })
})
