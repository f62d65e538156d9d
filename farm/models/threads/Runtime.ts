/** The ONNX runtime, which is an optional package with a binary for each platform. */
import type { Network } from "../vision/Network.ts"
import { UnusableWeights } from "../Weights.ts"

/** The runtime cannot be used on this machine. The message is a sentence with the remedy. */
export class NoRuntime extends Error {}

/** The runtime, loaded. */
export const load = async () => {
  try {
    return await import("onnxruntime-node")
  } catch (problem) {
    throw new NoRuntime(explain(problem as NodeJS.ErrnoException))
  }
}

/** Why the runtime cannot be loaded, and what to do. */
export const explain = ({ code, message }: NodeJS.ErrnoException): string => {
  const platform = `${process.platform}-${process.arch}`
  const elsewhere = "Run windmill farm --models on a machine that has one, and give its address with --config."
  if (code === "ERR_MODULE_NOT_FOUND" && /onnxruntime-node/.test(message)) {
    return "onnxruntime-node is not installed: run npm ci without --omit=optional."
  }
  return /Cannot find module.*binding/s.test(message)
    ? `onnxruntime-node has no binary for ${platform}. ${elsewhere}`
    : `onnxruntime-node does not run on this ${platform} (${message.split("\n")[0]}): it needs Linux with glibc, macOS or Windows. ${elsewhere}`
}

/** What to do when memory is short. */
export const needLess =
  "ask fewer services (--services), run fewer threads (windmill farm --threads), or give the machine more"

/** Why a service did not answer: what was thrown, or that there was no memory for it, which the runtime says in its own words. */
export const failureOf = (service: string, { message }: Error): string =>
  /bad_alloc|failed to allocate|allocation fail|out of memory|cannot allocate/i.test(message)
    ? `There is not enough memory for ${service} now: ${needLess}.`
    : message

/** A network that runs on one core. `name` is for messages. */
export const open = async (model: Uint8Array, name: string): Promise<Network> => {
  const runtime = await load()
  const session = await runtime.InferenceSession.create(model, {
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    interOpNumThreads: 1,
    intraOpNumThreads: 1,
    logSeverityLevel: 3
  }).catch((problem: Error) => {
    throw new UnusableWeights(`The network ${name} cannot be loaded: ${problem.message.split("\n")[0]}.`)
  })
  const [input] = session.inputNames
  return async (values, shape) => {
    const outputs = await session.run({ [input!]: new runtime.Tensor("float32", values, [...shape]) })
    return Object.fromEntries(
      Object.entries(outputs).map(([output, { data, dims }]) => [output, { shape: dims, values: data as Float32Array }])
    )
  }
}
