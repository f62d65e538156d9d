import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import sharp from "sharp"
import { imageBox } from "../../../src/domain/BoundingBox.ts"
import type { Concept } from "../../../src/domain/Identifiers.ts"
import * as Figure from "../../../src/domain/simulation/Figure.ts"
import * as Random from "../../../src/domain/simulation/Random.ts"
import * as SampleScenes from "../../../src/domain/simulation/SampleScenes.ts"
import { type Person, Posture } from "../../../src/domain/simulation/Scene.ts"
import * as Things from "../../../src/domain/simulation/Things.ts"
import * as People from "../../../src/layers/farm/drawing/People.ts"
import * as SceneDrawing from "../../../src/layers/farm/drawing/SceneDrawing.ts"
import { definitions } from "../../../src/layers/farm/drawing/Svg.ts"
import { drawings } from "../../../src/layers/farm/drawing/Things.ts"

/** Pixels around what is drawn, so that ink outside of its box is seen. */
const margin = 40

/** How far, in pixels, the ink of a drawing is from the edges of the box it should fill. */
const misfit = (svg: string, width: number, height: number) =>
  Effect.promise(async () => {
    const [outerWidth, outerHeight] = [Math.ceil(width) + 2 * margin, Math.ceil(height) + 2 * margin]
    const canvas = `<svg xmlns="http://www.w3.org/2000/svg" width="${outerWidth}" height="${outerHeight}">${definitions}<g transform="translate(${margin} ${margin})">${svg}</g></svg>`
    const { info } = await sharp(Buffer.from(canvas)).trim({ threshold: 4 }).toBuffer({ resolveWithObject: true })
    const left = -(info.trimOffsetLeft ?? 0) - margin
    const top = -(info.trimOffsetTop ?? 0) - margin
    return Math.max(
      Math.abs(left),
      Math.abs(top),
      Math.abs(left + info.width - width),
      Math.abs(top + info.height - height)
    )
  })

/** Longer side of a drawing in these tests, in pixels. */
const side = 200

describe("a thing", () => {
  it.live("fills its size, whichever of its looks it has", () =>
    Effect.forEach(
      Things.things,
      Effect.fnUntraced(function* (thing, index) {
        const { height, width } = Things.size(thing)
        const scale = side / Math.max(width, height)
        const svg = `<g transform="scale(${scale})">${drawings[thing](Random.make(thing, index))}</g>`
        assert.isBelow(yield* misfit(svg, width * scale, height * scale), 0.04 * side, thing)
      }),
      { concurrency: 4, discard: true }
    )
  )
})

describe("a person", () => {
  it.live("fills the bounding box in every posture", () =>
    Effect.forEach(
      Posture.literals,
      Effect.fnUntraced(function* (posture, index) {
        const kind = (["man", "woman", "boy", "girl"] as const)[index % 4] ?? "man"
        const person: Person = { kind, posture, outfit: "sport" }
        const [height, width] = [side, side * Figure.aspect(person)]
        const box = imageBox({ x: 0, y: 0, width, height })
        const svg = People.draw({ concept: "person" as Concept, box, look: index, person }, person)
        // A ponytail or the peak of a cap may stick out a little.
        assert.isBelow(yield* misfit(svg, width, height), 0.08 * side, posture)
      }),
      { concurrency: 4, discard: true }
    )
  )
})

describe("a scene", () => {
  it("is drawn the same way every time, without numbers that are none", () => {
    for (const scene of SampleScenes.take(SampleScenes.kinds)) {
      const svg = SceneDrawing.draw(scene)
      assert.strictEqual(SceneDrawing.draw(scene), svg)
      assert.notMatch(svg, /NaN|undefined|Infinity/)
    }
  })

  it("needs no font", () => {
    for (const scene of SampleScenes.take(SampleScenes.kinds)) assert.notInclude(SceneDrawing.draw(scene), "<text")
  })
})
