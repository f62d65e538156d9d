/** The programs that run, and what each of them does. */
import type { OpenBreaker, Worker } from "../../domain/Worker.ts"
import { api, send } from "../Client.ts"
import { Empty, Problem } from "../parts/Empty.tsx"
import { ago, clock, count, grouped, rate } from "../parts/Words.ts"
import { useResource } from "../Resource.ts"

export const Workers = () => {
  const workers = useResource(() => send(api.pipeline.workers()), { everyMilliseconds: 2000 })
  return (
    <>
      <h1>Workers</h1>
      <Problem problem={workers.problem.value} />
      {workers.value.value?.length === 0 && (
        <Empty title="No program is running">Nothing has been heard of a worker for a day.</Empty>
      )}
      {workers.value.value?.map((worker) => (
        <Card key={worker.workerId} worker={worker} />
      ))}
    </>
  )
}

const Breaker = ({
  breaker: { nextProbe, reason, since },
  now,
  service
}: {
  readonly breaker: OpenBreaker
  readonly now: Date
  readonly service?: string
}) => (
  <span class="badge halted" title={reason}>
    {service === undefined ? "" : `${service} `}down
    {since !== undefined && ` since ${clock(since, now)}`}
    {nextProbe > now && `, asked again ${clock(nextProbe, now)}`}
  </span>
)

const Card = ({ worker }: { readonly worker: Worker }) => {
  const now = new Date()
  const inFlight = worker.activities.reduce((sum, activity) => sum + activity.inFlight, 0)
  const pace = worker.activities.reduce((sum, activity) => sum + activity.rate, 0)
  return (
    <section class={worker.isAlive ? "card worker" : "card worker gone"} aria-label={worker.workerId}>
      <header>
        <h2>
          {worker.workerId} {!worker.isAlive && <span class="badge lost">not heard of</span>}
        </h2>
        <p class="soft">
          {worker.host} · version {worker.version} · started {ago(worker.started, now)} · last heard of{" "}
          {ago(worker.lastBeat, now)}
        </p>
        <p>
          {grouped(inFlight)} in flight · {rate(pace)}/s · {count(worker.activities.length, "step")}
        </p>
      </header>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Step</th>
              <th scope="col" class="number">
                In flight
              </th>
              <th scope="col" class="number">
                Rate
              </th>
              <th scope="col" class="number">
                Handled
              </th>
              <th scope="col">Last progress</th>
            </tr>
          </thead>
          <tbody>
            {worker.activities.map((activity) => (
              <tr key={activity.step}>
                <th scope="row">
                  {activity.step}
                  {activity.breaker !== undefined && <Breaker breaker={activity.breaker} now={now} />}
                  {activity.leftAlone?.map((breaker) => (
                    <Breaker key={breaker.service} service={breaker.service} breaker={breaker} now={now} />
                  ))}
                </th>
                <td class="number">{grouped(activity.inFlight)}</td>
                <td class="number">{activity.rate > 0 ? `${rate(activity.rate)}/s` : "–"}</td>
                <td class="number">{grouped(activity.handled)}</td>
                <td>{activity.lastProgress === undefined ? "–" : ago(activity.lastProgress, now)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
