import { assert, describe, it } from "@effect/vitest"
import * as Derive from "../../src/domain/Derive.ts"
import type { Outcome } from "../../src/domain/Facts.ts"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"
import { boxesOf, crop, factsOf, object, said } from "../support/Facts.ts"
import { fixture } from "../support/Replies.ts"

const whole = factsOf({ yolov8: said(object("person", [100, 50, 200, 300], 0.9)) })
const [person] = boxesOf(whole)

const recorded = (name: string): Outcome => ({ _tag: "Success", data: fixture(name) })

/** What was learned from the crop of the person, by a recorded reply. */
const learned = (service: string, name: string) => {
  const facts = { ...whole, crops: [crop(person!, service, recorded(name))] }
  const [enrichment] = Derive.enrichments(Derive.observe(facts, ServiceCatalog.standard))
  assert.isDefined(enrichment)
  return enrichment
}

describe("enrichments", () => {
  it("say where a face is in the image, and where in the crop (B43)", () => {
    const { boxId, faces, region } = learned("face", "face")
    assert.strictEqual(boxId, person!.id)
    assert.deepStrictEqual({ ...region }, { x: 100, y: 50, width: 200, height: 300 })
    assert.deepStrictEqual<unknown>(faces[0]?.box, { x: 142, y: 68, width: 60, height: 60 })
    assert.deepStrictEqual(faces[0]?.keypoints["nose_tip"], { x: 171, y: 100 })
    assert.deepStrictEqual<unknown>(faces[0]?.inCrop.box, { x: 42, y: 18, width: 60, height: 60 })
    assert.deepStrictEqual(faces[0]?.inCrop.keypoints["nose_tip"], { x: 71, y: 50 })
  })

  it("say where the landmarks of a pose are in the image, and where in the crop (B43)", () => {
    const { poses } = learned("pose", "pose")
    const [nose, inCrop] = [poses[0]?.landmarks["nose"], poses[0]?.inCrop.landmarks["nose"]]
    assert.deepStrictEqual(inCrop, { x: 0.512, y: 0.121, visibility: 0.999 })
    assert.closeTo(nose!.x, 202.4, 1e-9)
    assert.closeTo(nose!.y, 86.3, 1e-9)
    assert.strictEqual(nose!.visibility, 0.999)
  })

  it("hold the colors of a box", () => {
    const { palettes } = learned("colors", "colors")
    assert.strictEqual(palettes[0]?.primary, "#de532b")
    assert.isNotEmpty(palettes[0]?.colors)
  })

  it("hold nothing of a crop in which nothing was found", () => {
    const { faces, palettes, poses, predictions } = learned("pose", "pose.nobody")
    assert.deepStrictEqual([faces, palettes, poses, predictions], [[], [], [], []])
  })
})
