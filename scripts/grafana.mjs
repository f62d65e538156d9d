/**
 * Makes the Grafana dashboard from the table of metrics in docs/telemetry.md: a panel for each metric.
 *
 *   node scripts/grafana.mjs > deploy/grafana/windmill.json
 */
import { readFileSync } from "node:fs"

const text = readFileSync(new URL("../docs/telemetry.md", import.meta.url), "utf8")

const metrics = [...text.matchAll(/^\| `(windmill_\w+)` \| (\w+) \| ([^|]*) \| (.*) \|$/gm)].map(
  ([, name, type, labels, meaning]) => ({
    name,
    type,
    labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label),
    meaning: meaning.replaceAll("`", "")
  })
)

/** What the panel draws. Each program has a gauge of its own: in-flight work adds up, what all see alike is taken once. */
const queriesOf = ({ labels, name, type }) => {
  const by = labels.join(", ")
  const legend = labels.map((label) => `{{${label}}}`).join(" ")
  switch (type) {
    case "counter":
      return [{ expr: `sum by (${by}) (rate(${name}[$__rate_interval]))`, legendFormat: legend }]
    case "histogram":
      return [0.5, 0.95].map((quantile) => ({
        expr: `histogram_quantile(${quantile}, sum by (${by}, le) (rate(${name}_bucket[$__rate_interval])))`,
        legendFormat: `${legend} p${quantile * 100}`
      }))
    default:
      return [{ expr: `${name.endsWith("_in_flight") ? "sum" : "max"} by (${by}) (${name})`, legendFormat: legend }]
  }
}

const unitOf = ({ name, type }) => (name.endsWith("_seconds") ? "s" : type === "counter" ? "cps" : "short")

const titleOf = ({ name }) => {
  const words = name.replace(/^windmill_|_(total|seconds)$/g, "").replaceAll("_", " ")
  return words[0].toUpperCase() + words.slice(1)
}

const datasource = { type: "prometheus", uid: "${datasource}" }

const panels = metrics.map((metric, index) => ({
  id: index + 1,
  type: "timeseries",
  title: titleOf(metric),
  description: `${metric.name}: ${metric.meaning}`,
  datasource,
  gridPos: { x: (index % 2) * 12, y: Math.floor(index / 2) * 8, w: 12, h: 8 },
  fieldConfig: {
    defaults: { unit: unitOf(metric), min: 0, custom: { fillOpacity: 10, showPoints: "never" } },
    overrides: []
  },
  options: {
    legend: { displayMode: "table", placement: "right", calcs: ["lastNotNull", "max"] },
    tooltip: { mode: "multi" }
  },
  targets: queriesOf(metric).map((query, at) => ({ refId: "AB"[at], datasource, ...query }))
}))

const dashboard = {
  uid: "windmill",
  title: "Windmill",
  tags: ["windmill"],
  schemaVersion: 41,
  editable: true,
  refresh: "15s",
  time: { from: "now-1h", to: "now" },
  templating: { list: [{ name: "datasource", type: "datasource", query: "prometheus", label: "Data source" }] },
  panels
}

console.log(JSON.stringify(dashboard, undefined, 2))
