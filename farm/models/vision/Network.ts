/** A neural network that can be asked, whatever runs it. */

export interface Output {
  readonly shape: ReadonlyArray<number>
  readonly values: Float32Array
}

/** Runs a network on its one input. Returns its outputs by name. */
export type Network = (input: Float32Array, shape: ReadonlyArray<number>) => Promise<Readonly<Record<string, Output>>>
