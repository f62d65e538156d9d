/** The models that the answers come from, as these say. */
import * as Facts from "../../domain/Facts.ts"
import type { Answer } from "./Replay.ts"

export const Models = ({ answers }: { readonly answers: ReadonlyArray<Answer> }) => {
  const models = new Map(
    answers.flatMap(({ result: { outcome, service } }) => {
      const model = Facts.modelOf(outcome)
      return model === undefined ? [] : [[service, model] as const]
    })
  )
  if (models.size === 0) return null
  return (
    <section class="card" aria-labelledby="models">
      <h2 id="models">Models</h2>
      <dl class="facts">
        {[...models].sort().map(([service, { license, name, version }]) => (
          <div key={service}>
            <dt>{service}</dt>
            <dd title={[version, license].filter(Boolean).join(", ")}>{name}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
