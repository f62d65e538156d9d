/** What a service says of the whole picture as a file: its size, its quality, where it was taken. */
import type { Frame } from "./Replay.ts"

export const Metadata = ({ frame }: { readonly frame: Frame }) => {
  const found = frame.observation.image.flatMap(({ reply }) =>
    reply.predictions.flatMap((prediction) => (prediction._tag === "Metadata" ? [prediction.properties] : []))
  )
  if (found.length === 0) return null
  return (
    <section class="card" aria-labelledby="metadata">
      <h2 id="metadata">Metadata</h2>
      {found.map((properties, i) => (
        <div key={i}>
          {Object.entries(properties).map(([name, value]) => (
            <details key={name} open={name === "dimensions"}>
              <summary>{spaced(name)}</summary>
              <dl class="facts">
                {leaves(value).map(([path, leaf]) => (
                  <div key={path}>
                    <dt>{path}</dt>
                    <dd>{leaf}</dd>
                  </div>
                ))}
              </dl>
            </details>
          ))}
        </div>
      ))}
    </section>
  )
}

const spaced = (name: string): string => name.replaceAll("_", " ")

/** The values inside a value, each with the names on the way to it. */
const leaves = (value: unknown, path: ReadonlyArray<string> = []): ReadonlyArray<readonly [string, string]> => {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return Object.entries(value).flatMap(([name, inner]) => leaves(inner, [...path, spaced(name)]))
  }
  return [[path.join(", "), Array.isArray(value) ? value.map(String).join(", ") : String(value)]]
}
