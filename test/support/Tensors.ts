/** Tensors as the binary extension of the Open Inference Protocol writes them; by other means than the code that reads them. */
import type { Answered } from "../../src/domain/protocol/Protocol.ts"
import * as Tensors from "../../src/domain/protocol/Tensors.ts"

export interface Written {
  readonly name: string
  readonly datatype: string
  readonly shape: ReadonlyArray<number>
  readonly values: ReadonlyArray<number> | ReadonlyArray<string>
}

const bytesOf = ({ datatype, values }: Written): Buffer => {
  const numbers = values as ReadonlyArray<number>
  switch (datatype) {
    case "FP32":
      return Buffer.from(Float32Array.from(numbers).buffer)
    case "INT64":
      return Buffer.from(BigInt64Array.from(numbers.map(BigInt)).buffer)
    case "FP16":
      return Buffer.from(Uint16Array.from(numbers.map(Tensors.toHalf)).buffer)
    case "UINT8":
      return Buffer.from(numbers)
    default:
      return Buffer.concat(
        (values as ReadonlyArray<string>).flatMap((text) => {
          const bytes = Buffer.from(text)
          const length = Buffer.alloc(4)
          length.writeUInt32LE(bytes.length)
          return [length, bytes]
        })
      )
  }
}

/** The answer with these outputs. */
export const binaryAnswer = (outputs: ReadonlyArray<Written>): Answered => {
  const parts = outputs.map(bytesOf)
  const json = Buffer.from(
    JSON.stringify({
      model_name: "m",
      model_version: "1",
      outputs: outputs.map(({ datatype, name, shape }, i) => ({
        name,
        datatype,
        shape,
        parameters: { binary_data_size: parts[i]!.length }
      }))
    })
  )
  return {
    headers: { [Tensors.headerLength]: String(json.length) },
    bytes: new Uint8Array(Buffer.concat([json, ...parts]))
  }
}
