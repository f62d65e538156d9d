/** A detector of each protocol: its server, and its entry in the catalog. All find the same red rectangle. */
import { Effect } from "effect"
import type { ServerTls } from "./HttpServers.ts"
import * as ModelServers from "./ModelServers.ts"

export interface Trial {
  /** A server that has answered nothing yet. */
  readonly model: () => ModelServers.Model
  /** The entry of the catalog for a server at this URL. */
  readonly entry: (url: string) => object
}

/** What `${MODEL_KEY}` of the entries stands for. */
export const environment = { MODEL_KEY: "sk-test-0123456789" }

const kserve = {
  model: "yolo",
  input: { name: "images", width: 320, height: 320 },
  head: { type: "yolo", output: "output0" }
}

export const detectors = {
  windmill: { model: () => ModelServers.windmill, entry: (url) => ({ url: `${url}/analyze` }) },
  ollama: {
    model: () => ModelServers.ollama,
    entry: (url) => ({ api: "ollama", url, options: { model: "llava", answer: "boxes" } })
  },
  openai: {
    model: () => ModelServers.openai,
    entry: (url) => ({
      api: "openai",
      url: `${url}/v1`,
      headers: { Authorization: "Bearer ${MODEL_KEY}" },
      options: { model: "qwen", answer: "boxes" }
    })
  },
  deepstack: { model: () => ModelServers.deepstack, entry: (url) => ({ api: "deepstack", url }) },
  kserve: { model: () => ModelServers.kserve, entry: (url) => ({ api: "kserve", url, options: kserve }) },
  kserve_json: {
    model: () => ModelServers.kserve,
    entry: (url) => ({ api: "kserve", url, options: { ...kserve, binary: false } })
  },
  huggingface: {
    model: () => ModelServers.huggingface(2),
    entry: (url) => ({ api: "huggingface", url: `${url}/models/detr` })
  },
  json: {
    model: () => ModelServers.fractions,
    entry: (url) => ({
      api: "json",
      url: `${url}/predict`,
      boxes: { form: "xyxy", unit: "normalized" },
      options: {
        picture: { as: "form", field: "image" },
        fields: { conf: 0.25 },
        predictions: "data.found",
        label: "name",
        confidence: "percent",
        confidenceMax: 100,
        box: "box"
      }
    })
  }
} satisfies Readonly<Record<string, Trial>>

export type Detector = keyof typeof detectors

export const names = Object.keys(detectors) as ReadonlyArray<Detector>

/** Starts all of them, by https when there is a certificate, and returns the services of a catalog. */
export const serveAll = (tls?: { readonly authority: string; readonly server: ServerTls }) =>
  Effect.map(
    Effect.forEach(names, (name) => {
      const { entry, model } = detectors[name]
      return Effect.map(ModelServers.serve(model(), tls?.server), ({ port }) => [
        name,
        {
          kind: "spatial",
          ...entry(tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`),
          ...(tls === undefined ? {} : { tls: { ca: tls.authority } })
        }
      ])
    }),
    (entries): Readonly<Record<Detector, object>> => Object.fromEntries(entries)
  )
