/**
 * One person's body as seventeen points.
 *
 * @see https://www.tensorflow.org/hub/tutorials/movenet
 */

export interface Landmark {
  /** Fractions of the square the model was given. */
  readonly x: number
  readonly y: number
  /** In `[0, 1]`. */
  readonly visibility: number
}

const sides = (part: string): ReadonlyArray<string> => [`left_${part}`, `right_${part}`]

/** In the order of the model, under the names of the contract. Left and right are the person's own. */
export const names: ReadonlyArray<string> = [
  "nose",
  ...["eye", "ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle"].flatMap(sides)
]

/** The landmarks by name. The model says `y`, `x` and score of each. */
export const decode = (output: Float32Array): Readonly<Record<string, Landmark>> =>
  Object.fromEntries(
    names.map((name, index) => {
      const [y = 0, x = 0, visibility = 0] = output.subarray(3 * index, 3 * index + 3)
      return [name, { x, y, visibility: Math.min(1, Math.max(0, visibility)) }]
    })
  )

/** Whether so much of a body can be seen that the landmarks are more than a guess. */
export const isSomebody = (landmarks: Readonly<Record<string, Landmark>>): boolean =>
  Object.values(landmarks).filter(({ visibility }) => visibility >= 0.3).length >= 5

/** The angle at `at` between the lines to `from` and `to`, in degrees from 0 to 180. */
export const angle = (from: Landmark, at: Landmark, to: Landmark): number => {
  const turn = Math.atan2(to.y - at.y, to.x - at.x) - Math.atan2(from.y - at.y, from.x - at.x)
  const degrees = Math.abs((turn * 180) / Math.PI)
  return degrees > 180 ? 360 - degrees : degrees
}
