/** As much of the runtime's interface as is used here. The package brings no types, and may be absent. */
declare module "onnxruntime-node" {
  export class Tensor {
    constructor(type: "float32", data: Float32Array, dims: ReadonlyArray<number>)
    readonly data: Float32Array
    readonly dims: ReadonlyArray<number>
  }
  export class InferenceSession {
    static create(
      model: Uint8Array,
      options?: {
        readonly executionMode?: "sequential"
        readonly graphOptimizationLevel?: "all"
        readonly interOpNumThreads?: number
        readonly intraOpNumThreads?: number
        /** 0 is all, 4 is fatal errors only. */
        readonly logSeverityLevel?: number
      }
    ): Promise<InferenceSession>
    readonly inputNames: ReadonlyArray<string>
    run(inputs: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>
  }
}
