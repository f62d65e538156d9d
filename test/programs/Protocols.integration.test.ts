import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as NodeFs from "node:fs"
import * as NodePath from "node:path"
import * as Certificates from "../support/Certificates.ts"
import * as Folders from "../support/Folders.ts"
import * as ModelServers from "../support/ModelServers.ts"
import * as Programs from "../support/Programs.ts"

const box = { x: 200, y: 80, width: 120, height: 160 }

describe("windmill with model servers of every protocol", { timeout: 180_000 }, () => {
  it.live("asks them all, over HTTP and https, and merges what they see", () =>
    Effect.gen(function* () {
      const cwd = yield* Folders.temporary
      const authority = yield* Certificates.authority
      const { certificate, key } = authority.issue(["DNS:localhost"])
      const ports: Record<string, number> = {}
      for (const [name, model] of Object.entries({
        windmill: ModelServers.windmill,
        ollama: ModelServers.ollama,
        deepstack: ModelServers.deepstack,
        kserve: ModelServers.kserve,
        huggingface: ModelServers.huggingface(1),
        fractions: ModelServers.fractions
      })) {
        ports[name] = (yield* ModelServers.serve(model)).port
      }
      const secured = yield* ModelServers.serve(ModelServers.openai, { cert: certificate, key })
      const http = (name: string, path = "") => `http://127.0.0.1:${ports[name]}${path}`
      const spatial = { kind: "spatial" }
      const services = {
        own: { ...spatial, url: http("windmill", "/analyze"), maxPictureSize: 320 },
        llava: { ...spatial, api: "ollama", url: http("ollama"), options: { model: "llava", answer: "boxes" } },
        captions: { kind: "semantic", api: "ollama", url: http("ollama"), options: { model: "llava" } },
        gpt: {
          ...spatial,
          api: "openai",
          url: `https://localhost:${secured.port}/v1`,
          tls: { ca: authority.path },
          headers: { Authorization: "Bearer ${MODEL_KEY}" },
          options: { model: "gpt-4o-mini", answer: "boxes" }
        },
        cameras: { ...spatial, api: "deepstack", url: http("deepstack") },
        triton: {
          ...spatial,
          api: "kserve",
          url: http("kserve"),
          options: {
            model: "yolo",
            input: { name: "images", width: 320, height: 320 },
            head: { type: "yolo", output: "output0" }
          }
        },
        detr: { ...spatial, api: "huggingface", url: http("huggingface", "/models/detr") },
        other: {
          ...spatial,
          api: "json",
          url: http("fractions", "/predict"),
          boxes: { form: "xyxy", unit: "normalized" },
          options: {
            picture: { as: "form", field: "image" },
            predictions: "data.found",
            label: "name",
            confidence: "percent",
            confidenceMax: 100,
            box: "box"
          }
        }
      }
      NodeFs.writeFileSync(NodePath.join(cwd, "service_config.json"), JSON.stringify({ services }))
      const picture = yield* Effect.promise(() => ModelServers.redPicture({ width: 640, height: 400, box }))
      NodeFs.writeFileSync(NodePath.join(cwd, "red.png"), picture.bytes)

      const programs = Programs.inFolder(cwd, { MODEL_KEY: "sk-test-0123456789" })
      const said = yield* programs.run(
        "start",
        "--no-dashboard",
        "--farm",
        "none",
        "--config",
        "service_config.json",
        "red.png"
      )
      assert.strictEqual(said.code, 0, said.stdout + said.stderr)
      assert.notInclude(said.stdout + said.stderr, "sk-test")
      const sql = yield* programs.succeed(
        "sql",
        "SELECT jsonb_build_array(merged_data->'merged_bbox', merged_data->'detection_count', merged_data->'status') FROM merged_boxes"
      )
      const [merged, count, status] = JSON.parse(/\[\{.*\]/.exec(sql)?.[0] ?? "[]") as [
        ModelServers.Box,
        number,
        string
      ]
      assert.deepEqual([count, status], [7, "confirmed"], sql)
      for (const side of ["x", "y", "width", "height"] as const) assert.approximately(merged[side], box[side], 4)
    }).pipe(Effect.scoped)
  )
})
