/** Drawing a trace as trace viewers do: a span on each line below its parent, and a bar for its time. */
import type { CollectedSpan } from "./Collector.ts"

/** Pixels. */
export const width = 1120

/** The page of the trace with this id, all of whose spans are among `spans`. */
export const render = (spans: ReadonlyArray<CollectedSpan>, traceId: string): string => {
  const trace = spans.filter((span) => span.traceId === traceId)
  const root = trace.find(({ parentSpanId }) => parentSpanId === undefined)!
  const ends = trace.map(({ ended }) => ended)
  const total = millisecondsBetween(
    root.started,
    ends.reduce((last, end) => (end > last ? end : last))
  )
  const services = [...new Set(trace.map(({ service }) => service))]
  const axis = ticks(total)
  const draw = (row: Row) =>
    line(row, { begin: root.started, total, spans, color: colors[services.indexOf(row.span.service)]! })
  return `<!doctype html><meta charset="utf-8"><style>${style}</style>
<header>
  <h1>${text(root.service)}: ${text(root.name)}</h1>
  <p><code>${traceId}</code> ${clock(total)} · ${trace.length} spans · ${services.length} programs
  ${services.map((name, i) => `<span class="key"><i style="background:${colors[i]}"></i>${text(name)}</span>`).join("")}</p>
</header>
<div class="line head"><div class="name">Span</div><div class="time">${axis
    .map((at) => `<span class="tick" style="left:${percent(at, total)}">${clock(at)}</span>`)
    .join("")}</div></div>
<main>
${axis.map((at) => `<div class="grid" style="left:calc(${nameWidth}px + (100% - ${nameWidth + margin}px) * ${at / total})"></div>`).join("")}
${rows(trace, root, 0).map(draw).join("\n")}
</main>`
}

interface Row {
  readonly span: CollectedSpan
  readonly depth: number
  /** Spans below this one that are folded. */
  readonly folded: number
}

/** The spans from `span` down, earlier ones first. What went well and tells little by itself is folded. */
const rows = (trace: ReadonlyArray<CollectedSpan>, span: CollectedSpan, depth: number): ReadonlyArray<Row> => {
  const children = trace
    .filter(({ parentSpanId }) => parentSpanId === span.spanId)
    .toSorted((a, b) => (a.started < b.started ? -1 : 1))
  const below = children.flatMap((child) => rows(trace, child, depth + 1))
  const isFolded = /^ResultStore\.|^ImageSource\.load$|^Inference\.attempt$/.test(span.name) && !span.failed
  return isFolded ? [{ span, depth, folded: below.length }] : [{ span, depth, folded: 0 }, ...below]
}

interface Scale {
  readonly begin: bigint
  readonly total: number
  readonly spans: ReadonlyArray<CollectedSpan>
  readonly color: string
}

const line = ({ depth, folded, span }: Row, { begin, color, spans, total }: Scale): string => {
  const from = millisecondsBetween(begin, span.started)
  const took = millisecondsBetween(span.started, span.ended)
  const links = linksOf(span, spans)
  const label = `${clock(took)}${links === "" ? "" : ` ⤳ ${links}`}`
  const room = ((width - nameWidth - margin) * (total - from - took)) / total
  const place =
    room > 12 + letterWidth * label.length
      ? `left:calc(max(${percent(from + took, total)}, ${percent(from, total)} + 3px) + 5px)`
      : `right:calc(${percent(total - from, total)} + 5px)`
  const guides = Array.from({ length: depth }, () => `<b></b>`).join("")
  return `<div class="line"><div class="name">${guides}<i style="background:${color}"></i><span class="${span.failed ? "failed" : ""}">${text(span.name)}</span>${
    span.failed ? `<em class="bad">!</em>` : ""
  }<small>${text(detail(span))}</small>${folded > 0 ? `<em>+${folded}</em>` : ""}</div><div class="time"><div class="bar" style="left:${percent(from, total)};width:${percent(took, total)};background:${span.failed ? bad : color}"></div><span class="took" style="${place}">${text(label)}</span></div></div>`
}

/** What tells a span from others of its name. */
const detail = (span: CollectedSpan): string => {
  const all = span.attributes
  return [
    [span.name.startsWith("Inference.a") ? all["windmill.service"] : undefined, String],
    [all["windmill.attempt"], (value: unknown) => `attempt ${String(value)}`],
    [all["windmill.outcome"], String],
    [all["http.response.status_code"], String],
    [all["windmill.revision"], (value: unknown) => `revision ${String(value)}`],
    [all["windmill.boxes"], (value: unknown) => `boxes ${String(value)}`],
    [all["windmill.votes"], (value: unknown) => `votes ${String(value)}`]
  ]
    .flatMap(([value, word]) => (value === undefined ? [] : [(word as (value: unknown) => string)(value)]))
    .join(", ")
}

/** The names of what a span links to outside of its trace. */
const linksOf = ({ links, traceId }: CollectedSpan, spans: ReadonlyArray<CollectedSpan>): string =>
  links
    .filter((link) => link.traceId !== traceId)
    .flatMap((link) => spans.find(({ spanId }) => spanId === link.spanId)?.name ?? [])
    .join(", ")

/** Some five round moments, from 0 to the end. */
const ticks = (total: number): ReadonlyArray<number> => {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000].find((step) => total / step <= 8) ?? 5000
  return Array.from({ length: Math.floor((0.97 * total) / step) + 1 }, (_, i) => i * step)
}

const millisecondsBetween = (from: bigint, to: bigint): number => Number(to - from) / 1e6

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(3)}%`

const clock = (milliseconds: number): string =>
  milliseconds >= 1000
    ? `${(milliseconds / 1000).toFixed(2)} s`
    : `${milliseconds.toFixed(milliseconds < 10 && milliseconds > 0 ? 1 : 0)} ms`

const text = (words: string): string => words.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)

const colors = ["#7c5cc4", "#17919a", "#d9822b", "#3b82c4"]
const bad = "#cf3a3a"
const nameWidth = 470
const margin = 14
/** Pixels that a letter behind a bar takes at most, on average. */
const letterWidth = 7.2

const style = `
* { box-sizing: border-box; margin: 0 }
body { font: 13px/1.4 "DejaVu Sans", sans-serif; color: #22272e; background: #fff; padding-bottom: 10px }
header { padding: 14px ${margin}px 10px; border-bottom: 1px solid #d5d9de }
h1 { font-size: 17px; margin-bottom: 4px }
header p { color: #57606a }
code { font: 12px "DejaVu Sans Mono", monospace; margin-right: 8px }
.key { margin-left: 16px; color: #22272e }
i { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 6px; flex: none }
.line { display: flex; height: 21px; align-items: center }
.line:nth-child(even) { background: #f6f8fa }
.head { height: 26px; border-bottom: 1px solid #d5d9de; color: #57606a; font-size: 12px }
.name { width: ${nameWidth}px; flex: none; display: flex; align-items: center; white-space: nowrap; overflow: hidden; padding-left: ${margin}px; height: 100% }
.name b { width: 15px; height: 100%; border-left: 1px solid #d5d9de; flex: none }
.name small { color: #6b7480; margin-left: 8px; font-size: 11.5px }
em { font-style: normal; font-size: 11px; color: #6b7480; border: 1px solid #c4cad1; border-radius: 7px; padding: 0 5px; margin-left: 7px; line-height: 14px }
em.bad { color: #fff; background: ${bad}; border-color: ${bad}; font-weight: bold }
.failed { color: ${bad} }
.time { position: relative; flex: 1; height: 100%; margin-right: ${margin}px }
.tick { position: absolute; top: 4px; white-space: nowrap; transform: translateX(-50%) }
.tick:first-child { transform: none }
.bar { position: absolute; top: 5px; height: 11px; border-radius: 2px; min-width: 3px }
.took { position: absolute; top: 2px; font-size: 11.5px; color: #57606a; white-space: nowrap }
main { position: relative }
.grid { position: absolute; top: 0; bottom: 0; border-left: 1px solid #e4e8ec }
`
