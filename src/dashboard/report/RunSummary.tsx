/** The run in a few numbers, what each service did, and which pictures are missing. */
import type { LeftOut, Report, ServiceTotals } from "../../domain/archive/Report.ts"
import { Bar } from "../parts/Bar.tsx"
import { Figure } from "../parts/Figure.tsx"
import { count, grouped, seconds } from "../parts/Words.ts"

export interface RunSummaryProps {
  readonly run: Report["run"]
  /** Concepts that were accepted, over all images of the report. */
  readonly agreed: number
}

export const RunSummary = ({ agreed, run }: RunSummaryProps) => {
  const answers = run.services.reduce((sum, { succeeded }) => sum + succeeded, 0)
  const failures = run.services.reduce((sum, { failed }) => sum + failed, 0)
  return (
    <>
      <section class="card summary" aria-label="The run">
        <div class="numbers">
          <Figure value={grouped(run.done)} of={grouped(run.images)} name="images done" />
          <Figure value={grouped(run.boxes)} name="harmonized boxes" />
          <Figure value={grouped(agreed)} name="concepts agreed on" />
          <Figure
            value={grouped(answers)}
            name={failures > 0 ? `answers, and ${count(failures, "failure")}` : "answers"}
          />
          <Figure value={grouped(run.crops)} name="answers about crops" />
          <Figure
            value={seconds(run.seconds)}
            name={run.doneBefore > 0 ? `this run, ${grouped(run.doneBefore)} complete before` : "this run"}
          />
        </div>
      </section>
      <section class="card" aria-labelledby="services">
        <h2 id="services">Services</h2>
        <ul class="services">
          {run.services.map((totals) => (
            <Service key={totals.service} totals={totals} />
          ))}
        </ul>
      </section>
      <Missing pictures={run.unusable} words="left out" />
      <Missing pictures={run.undrawn} words="not drawn" />
    </>
  )
}

const Service = ({
  totals: { crops = 0, failed, requested, service, succeeded }
}: {
  readonly totals: ServiceTotals
}) => (
  <li data-service={service}>
    <span>{service}</span>
    <Bar label={`Answers of ${service}`} total={requested} done={succeeded} failed={failed} />
    <span>
      {requested > 0 && grouped(succeeded)}
      {failed > 0 && <span class="bad"> {grouped(failed)} failed</span>}{" "}
      {crops > 0 && <small class="soft">{count(crops, "crop")}</small>}
    </span>
  </li>
)

const Missing = ({ pictures, words }: { readonly pictures: ReadonlyArray<LeftOut>; readonly words: string }) =>
  pictures.length === 0 ? null : (
    <section class="card problems">
      <h2>
        {count(pictures.length, "picture")} {words}
      </h2>
      <ul>
        {pictures.map(({ detail, image }, i) => (
          <li key={i}>
            <b>{image}</b> {detail}
          </li>
        ))}
      </ul>
    </section>
  )
