/** What every result store promises. */
import { describe, layer as describeLayer } from "@effect/vitest"
import type { Layer } from "effect"
import type { Progress } from "../../src/services/Progress.ts"
import type { ResultStore } from "../../src/services/ResultStore.ts"
import { asking } from "./result-store/Asking.ts"
import { deriving } from "./result-store/Deriving.ts"
import { histories } from "./result-store/Histories.ts"
import { recording } from "./result-store/Recording.ts"
import { seeing } from "./result-store/Seeing.ts"
import { submitting } from "./result-store/Submitting.ts"

/** A store to be tested. It may hold images of others. */
export interface Subject {
  readonly name: string
  readonly layer: Layer.Layer<ResultStore | Progress, unknown>
}

export const contract = ({ layer, name }: Subject) => {
  describeLayer(layer)(`${name} keeps the ResultStore contract`, (it) => {
    describe("submit", () => submitting(it))
    describe("record", () => recording(it))
    describe("save", () => deriving(it))
    describe("ask", () => asking(it))
    describe("see", () => seeing(it))
    describe("any history", () => histories(it))
  })
}
