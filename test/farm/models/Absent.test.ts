import { assert, describe, it } from "@effect/vitest"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as Absent from "#farm/models/Absent"

describe("captions", () => {
  it("are offered from an Ollama that answers, by its models", async () => {
    const server = createServer((_, response) => response.end(JSON.stringify({ models: [{ name: "llava:7b" }] })))
    await new Promise<void>((resume) => server.listen(0, "127.0.0.1", resume))
    const { port } = server.address() as AddressInfo
    const offered = await Absent.captions(`http://127.0.0.1:${port}`)
    server.close()
    assert.include(offered?.reason, `an Ollama answers at http://127.0.0.1:${port} (llava:7b)`)
  })

  it("are not offered where no Ollama answers", async () => {
    assert.isUndefined(await Absent.captions("http://127.0.0.1:9"))
  })
})
