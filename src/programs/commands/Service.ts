/** Changes how a service is asked, while programs run. */
import { Console, Duration, Effect, Option, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { ServiceId } from "../../domain/Identifiers.ts"
import * as Tuning from "../../domain/Tuning.ts"
import { Tunings } from "../../services/Tunings.ts"
import * as Actions from "../flows/Actions.ts"
import * as Settings from "../Settings.ts"
import * as Switching from "../Switching.ts"
import * as Watched from "../Watched.ts"

const number = (name: "attempts" | "concurrency" | "retries" | "threshold", description: string) =>
  Flag.Int(name).pipe(
    Flag.withDescription(description),
    Flag.withMetavar("number"),
    Flag.withSchema(Tuning.Values.fields[name]),
    Flag.optional
  )

const duration = (name: "delay" | "probe", description: string) =>
  Flag.String(name).pipe(
    Flag.withDescription(description),
    Flag.withMetavar("duration"),
    Flag.withSchema(
      Schema.DurationFromString.check(
        Schema.makeFilter((time) => {
          const seconds = Duration.toSeconds(time)
          return (seconds >= 1 && seconds <= 3600) || "Expected a time between a second and an hour"
        })
      )
    ),
    Flag.map(Duration.toSeconds),
    Flag.optional
  )

const flags = {
  service: Argument.String("service").pipe(
    Argument.withDescription("A service of the catalog"),
    Argument.withSchema(ServiceId)
  ),
  concurrency: number("concurrency", "Requests that each program keeps in flight"),
  rate: Flag.String("rate").pipe(
    Flag.withDescription("The most requests of all programs together: 10/s, 90/min, 1000/h"),
    Flag.withMetavar("rate"),
    Flag.withSchema(Tuning.Rate),
    Flag.optional
  ),
  retries: number("retries", "How often a request that failed for a passing reason is made again at once (usually 2)"),
  attempts: number("attempts", "Deliveries of a job before its failure is final (usually 5)"),
  delay: duration(
    "delay",
    "Time until the second delivery; the following take four times as long each (usually 1 second)"
  ),
  threshold: number("threshold", "Failures in a row after which a program leaves the service alone (usually 5)"),
  probe: duration("probe", "The longest time between two looks at a service that is left alone (usually 30 seconds)"),
  reset: Flag.Boolean("reset").pipe(
    Flag.withDescription("Ask it as the catalog says, and change from there"),
    Flag.withDefault(false)
  ),
  config: Settings.config,
  ...Watched.flags
}

export const command = Command.make("service", flags, ({ reset, service, ...options }) =>
  Effect.gen(function* () {
    const { attempts, concurrency, delay, probe, rate, retries, threshold } = options
    const change: Tuning.Tuning = {
      ...given("concurrency", concurrency),
      ...given("rate", rate),
      ...given("retries", retries),
      ...given("attempts", attempts),
      ...given("delay", delay),
      ...given("threshold", threshold),
      ...given("probe", probe)
    }
    if (reset) yield* Actions.untune(service)
    const tuning = Tuning.isEmpty(change) ? yield* tuningOf(service) : yield* Actions.tune(service, change)
    yield* Console.log(`${service}: ${Tuning.isEmpty(tuning) ? "as the catalog says" : Tuning.inWords(tuning)}`)
  }).pipe(Effect.provide(Switching.surroundings(options)))
).pipe(
  Command.withDescription(
    "Changes how a service is asked, for all programs and until it is reset. Programs keep to it within a few seconds. " +
      "Without flags it says what is changed."
  ),
  Command.withExamples([
    { command: "npx windmill service yolov8 --concurrency 4 --rate 10/s", description: "Ask it more gently" },
    { command: "npx windmill service yolov8 --reset", description: "As the catalog says" }
  ]),
  Watched.watched
)

const given = <Name extends string, A>(name: Name, value: Option.Option<A>) =>
  Option.match(value, { onNone: () => ({}), onSome: (value) => ({ [name]: value }) })

const tuningOf = Effect.fnUntraced(function* (service: ServiceId) {
  yield* Actions.knownService(service)
  const tunings = yield* Tunings.use(({ all }) => all)
  return tunings.get(service) ?? Tuning.untuned
})
