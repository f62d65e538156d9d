/**
 * The contract of the thirteen services, and of a service of one's own: the picture as the multipart field `file`, or its
 * `url` or `file` in the query; `{"status": "success", "predictions": […]}` back. See `docs/services.md`.
 */
import * as BoxEncoding from "./BoxEncoding.ts"
import type { Protocol } from "./Protocol.ts"
import * as Wire from "./Wire.ts"

export const protocol: Protocol = {
  endpoint: { path: "/analyze", below: false },
  health: "/health",
  inputs: ["upload", "url", "file"],
  form: { _tag: "File" },
  boxes: BoxEncoding.standard,
  request: (shown) => {
    switch (shown._tag) {
      case "Url":
        return { method: "GET", query: { url: shown.url }, body: { _tag: "None" } }
      case "File":
        return { method: "GET", query: { file: shown.path }, body: { _tag: "None" } }
      case "Picture":
        return { method: "POST", body: { _tag: "Form", file: "file", fields: {} } }
    }
  },
  reply: Wire.json
}
