/** An animal on four legs. */
import { circle, darker, path, polygon, type Svg, taper } from "./Svg.ts"

type At = readonly [x: number, y: number]

/** An animal on four legs: the outline of its body, and tapering limbs. All in its own centimeters. */
export interface Quadruped {
  readonly color: string
  readonly hoof: string
  readonly body: string
  readonly neck: readonly [from: At, fromRadius: number, to: At, toRadius: number]
  readonly head: readonly [from: At, fromRadius: number, to: At, toRadius: number]
  /** Where the legs begin, from the rear to the front, far ones first. */
  readonly legs: { readonly far: readonly [At, At]; readonly near: readonly [At, At] }
  readonly legRadius: number
  readonly ground: number
}

export const quadruped = (animal: Quadruped, ...markings: ReadonlyArray<Svg>): Svg =>
  [
    legs(animal.legs.far, animal, darker(animal.color, 0.22)),
    legs(animal.legs.near, animal, animal.color),
    path(animal.body, animal.color),
    limb(animal.neck, animal.color),
    limb(animal.head, animal.color),
    ...markings
  ].join("")

export const eye = (x: number, y: number, r: number): Svg =>
  circle(x, y, r, "#221a1c") + circle(x + r * 0.3, y - r * 0.3, r * 0.3, "#ffffff")

const point = ([x, y]: At) => ({ x, y })

const limb = ([from, fromRadius, to, toRadius]: Quadruped["neck"], color: string): Svg =>
  path(taper(point(from), fromRadius, point(to), toRadius), color, "flat")

const legs = (starts: readonly [At, At], { ground, hoof, legRadius }: Quadruped, color: string): Svg =>
  starts
    .map(([x, y], index) => {
      const knee: At = [x + (index === 0 ? -0.3 : 0.1) * legRadius, y + (ground - y) * 0.5]
      const foot: At = [x + (index === 0 ? 0.3 : 0) * legRadius, ground - legRadius * 0.5]
      return [
        limb([[x, y], legRadius * 1.5, knee, legRadius * 0.72], color),
        limb([knee, legRadius * 0.72, foot, legRadius * 0.5], color),
        path(
          polygon([
            { x: foot[0] - legRadius * 0.62, y: ground },
            { x: foot[0] - legRadius * 0.5, y: ground - legRadius * 0.9 },
            { x: foot[0] + legRadius * 0.5, y: ground - legRadius * 0.9 },
            { x: foot[0] + legRadius * 0.85, y: ground }
          ]),
          hoof,
          "flat"
        )
      ].join("")
    })
    .join("")
