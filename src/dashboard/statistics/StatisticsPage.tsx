/** What all images together tell: who agrees with whom, what was found, how fast answers came, and where detectors disagree. */
import * as Concept from "../../domain/Concept.ts"
import type { Concept as ConceptName, ImageId } from "../../domain/Identifiers.ts"
import { enough } from "../../domain/corrections/Appraisal.ts"
import { agreementOf, type Statistics } from "../../domain/archive/Statistics.ts"
import { api, send } from "../Client.ts"
import { Tile } from "../images/Tile.tsx"
import { Empty, Problem } from "../parts/Empty.tsx"
import { Sparkline } from "../parts/Sparkline.tsx"
import { clock, count, grouped, percent, seconds } from "../parts/Words.ts"
import { useResource } from "../Resource.ts"
import { replace } from "../Route.ts"
import { href } from "../Routes.ts"

/** Images on which the detectors disagree most that are shown here. */
const most = 8

export const StatisticsPage = ({ group }: { readonly group: string | undefined }) => {
  const query = group === undefined ? {} : { group }
  const statistics = useResource(() => send(api.images.statistics({ query })), {
    key: group ?? "",
    everyMilliseconds: 10_000
  })
  const progress = useResource(() => send(api.pipeline.progress()))
  const groups = progress.value.value?.groups.flatMap(({ group }) => group ?? []) ?? []
  const shown = statistics.value.value
  return (
    <>
      <h1>Statistics</h1>
      <Problem problem={statistics.problem.value} />
      <div class="chosen">
        <label>
          Images
          <select
            value={group ?? ""}
            onChange={({ currentTarget }) => replace(href("statistics", { group: currentTarget.value }))}
          >
            <option value="">All</option>
            {(group === undefined || groups.includes(group) ? groups : [group, ...groups]).map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {shown !== undefined && <span class="soft">{count(shown.images, "image")}</span>}
      </div>
      {shown !== undefined && shown.images === 0 && <Empty title="There is no image to count" />}
      {shown !== undefined && shown.images > 0 && (
        <>
          <Agreement statistics={shown} />
          <Detectors statistics={shown} />
          <Appraisals />
          <Worklist key={group ?? ""} group={group} />
          <Labels statistics={shown} group={group} />
          <Pace statistics={shown} />
        </>
      )}
    </>
  )
}

const Agreement = ({ statistics: { detectors, pairs } }: { readonly statistics: Statistics }) => {
  const names = detectors.map(({ service }) => service)
  const pairOf = (one: string, other: string) =>
    pairs.find(({ services }) => services.includes(one as never) && services.includes(other as never))
  return (
    <section class="card" aria-labelledby="agreement">
      <h2 id="agreement">Who agrees with whom</h2>
      <p class="soft">Of the boxes that one of the two saw and the other could name: the share that both saw.</p>
      {names.length < 2 ? (
        <p class="soft">There are no two detectors yet.</p>
      ) : (
        <div class="scroll" tabIndex={0} role="group" aria-labelledby="agreement">
          <table class="matrix">
            <thead>
              <tr>
                <td />
                {names.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {names.map((row) => (
                <tr key={row}>
                  <th scope="row">{row}</th>
                  {names.map((column) => {
                    const pair = row === column ? undefined : pairOf(row, column)
                    const share = pair === undefined ? undefined : agreementOf(pair)
                    if (pair === undefined || share === undefined) return <td key={column} class="soft" />
                    return (
                      <td
                        key={column}
                        style={{ "--share": `${Math.round(share * 40)}%` }}
                        title={`${grouped(pair.together)} together, ${grouped(pair.apart)} apart`}
                      >
                        {percent(share)}
                      </td>
                    )
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

const Detectors = ({ statistics: { detectors } }: { readonly statistics: Statistics }) => (
  <section class="card" aria-labelledby="detectors">
    <h2 id="detectors">Who is outvoted</h2>
    <div class="scroll" tabIndex={0} role="group" aria-labelledby="detectors">
      <table>
        <thead>
          <tr>
            <th scope="col">Detector</th>
            <th scope="col">Boxes it saw</th>
            <th scope="col">Voted down by the others</th>
            <th scope="col">Confirmed, not seen by it</th>
          </tr>
        </thead>
        <tbody>
          {detectors.map(({ missed, outvoted, seen, service }) => (
            <tr key={service}>
              <th scope="row">{service}</th>
              <td>{grouped(seen)}</td>
              <td>
                {grouped(outvoted)}
                {seen > 0 && <small class="soft"> {percent(outvoted / seen)}</small>}
              </td>
              <td>{grouped(missed)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </section>
)

/** What the corrections of people tell about each detector; nothing while nobody corrected anything. */
const Appraisals = () => {
  const appraisal = useResource(() => send(api.corrections.appraisal()))
  const { images, services } = appraisal.value.value ?? { images: 0, services: [] }
  if (images === 0) return null
  return (
    <section class="card" aria-labelledby="appraisal">
      <h2 id="appraisal">Who is right, by what people corrected</h2>
      <p class="soft">
        Of the boxes of {count(images, "image")} that somebody confirmed, rejected, changed or added; all groups. The
        proposed trust is for <code>service_config.json</code>, from {enough} judged detections on.
      </p>
      <div class="scroll" tabIndex={0} role="group" aria-labelledby="appraisal">
        <table>
          <thead>
            <tr>
              <th scope="col">Detector</th>
              <th scope="col">Right</th>
              <th scope="col">Wrong</th>
              <th scope="col">Not seen</th>
              <th scope="col">Precision</th>
              <th scope="col">Recall</th>
              <th scope="col">Trust</th>
              <th scope="col">Proposed</th>
            </tr>
          </thead>
          <tbody>
            {services.map(({ found, missed, precision, proposedTrust, recall, service, trust, wrong }) => (
              <tr key={service}>
                <th scope="row">{service}</th>
                <td>{grouped(found)}</td>
                <td>{grouped(wrong)}</td>
                <td>{grouped(missed)}</td>
                <td>{precision === undefined ? "–" : percent(precision)}</td>
                <td>{recall === undefined ? "–" : percent(recall)}</td>
                <td>{trust.toFixed(2)}</td>
                <td>{proposedTrust?.toFixed(2) ?? "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

/** The images on which the detectors disagree most. */
const Worklist = ({ group }: { readonly group: string | undefined }) => {
  const order = "least-agreement"
  const images = useResource(async () => {
    const query = { order, limit: most, ...(group === undefined ? {} : { group }) } as const
    const { ids } = await send(api.images.list({ query }))
    if (ids.length === 0) return []
    const page = await send(api.images.search({ query: { ids, limit: most } }))
    const place = new Map(ids.map((id: ImageId, i) => [id, i]))
    return page.images.toSorted((a, b) => place.get(a.id)! - place.get(b.id)!)
  })
  return (
    <section aria-labelledby="worklist">
      <h2 id="worklist">Where they disagree most</h2>
      <Problem problem={images.problem.value} />
      <ul class="grid">
        {images.value.value?.map((image) => (
          <Tile key={image.id} image={image} />
        ))}
      </ul>
      <p>
        <a class="button" href={href("images", { order, group })}>
          All images in this order
        </a>
      </p>
    </section>
  )
}

const Labels = ({
  group,
  statistics: { labels }
}: {
  readonly statistics: Statistics
  readonly group: string | undefined
}) => (
  <section class="card" aria-labelledby="labels">
    <h2 id="labels">What was found</h2>
    <div class="scroll" tabIndex={0} role="group" aria-labelledby="labels">
      <table>
        <thead>
          <tr>
            <th scope="col">Label</th>
            <th scope="col">Confirmed boxes</th>
            <th scope="col">Tentative</th>
            <th scope="col">Mean confidence</th>
            <th scope="col">Confirmed by confidence, 0 to 1</th>
          </tr>
        </thead>
        <tbody>
          {labels.map(({ concept, confidence, confirmed, histogram, tentative }) => (
            <tr key={concept}>
              <th scope="row">
                <span aria-hidden="true">{Concept.emojiOf(concept as ConceptName)}</span>{" "}
                <a href={href("images", { label: concept, group })}>{concept}</a>
              </th>
              <td>{grouped(confirmed)}</td>
              <td>{grouped(tentative)}</td>
              <td>{confidence === undefined ? "–" : confidence.toFixed(2)}</td>
              <td>
                <Histogram counts={histogram} label={`Confidences of ${concept}`} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </section>
)

const Histogram = ({ counts, label }: { readonly counts: ReadonlyArray<number>; readonly label: string }) => {
  const greatest = Math.max(1, ...counts)
  return (
    <svg class="histogram" viewBox={`0 0 ${counts.length * 10} 24`} role="img" aria-label={label}>
      {counts.map((boxes, i) => {
        const height = (boxes / greatest) * 24
        return (
          <rect key={i} x={i * 10 + 1} y={24 - height} width="8" height={height}>
            <title>{`${(i / 10).toFixed(1)} to ${((i + 1) / 10).toFixed(1)}: ${grouped(boxes)}`}</title>
          </rect>
        )
      })}
    </svg>
  )
}

const Pace = ({ statistics: { pace } }: { readonly statistics: Statistics }) => {
  if (pace === undefined) return null
  const now = new Date()
  const until = new Date(pace.from.getTime() + pace.seconds * 1000 * (pace.services[0]?.intervals.length ?? 0))
  return (
    <section class="card" aria-labelledby="pace">
      <h2 id="pace">How fast answers came</h2>
      <p class="soft">
        From {clock(pace.from, now)} to {clock(until, now)}, in steps of {seconds(pace.seconds)}. The time is that of a
        program for an answer, from the delivery of the job.
      </p>
      <div class="scroll" tabIndex={0} role="group" aria-labelledby="pace">
        <table>
          <thead>
            <tr>
              <th scope="col">Service</th>
              <th scope="col">Answers</th>
              <th scope="col">Failed</th>
              <th scope="col">Answers over the run</th>
              <th scope="col">Half took at most</th>
              <th scope="col">95 of 100</th>
              <th scope="col">That time over the run</th>
            </tr>
          </thead>
          <tbody>
            {pace.services.map(({ answers, failed, intervals, median, percentile95, service }) => (
              <tr key={service}>
                <th scope="row">{service}</th>
                <td>{grouped(answers)}</td>
                <td class={failed > 0 ? "bad" : undefined}>{grouped(failed)}</td>
                <td>
                  <Sparkline
                    counts={intervals.map((each) => each.answers)}
                    label={`Answers of ${service} over the run`}
                  />
                </td>
                <td>{median === undefined ? "–" : seconds(median)}</td>
                <td>{percentile95 === undefined ? "–" : seconds(percentile95)}</td>
                <td>
                  <Sparkline
                    counts={intervals.map((each) => each.percentile95 ?? 0)}
                    label={`Time of ${service} that 95 of 100 answers took at most, over the run`}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
