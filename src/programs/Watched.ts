/** Making a program one that can be watched: traced to a collector, with metrics and health at a port of its own. */
import { Config, Layer, Option } from "effect"
import { Command, Flag } from "effect/cli"
import * as Telemetry from "../layers/telemetry/Telemetry.ts"
import * as Vitals from "./flows/Vitals.ts"
import * as Settings from "./Settings.ts"
import { version } from "./Version.ts"

/** To be among the flags of the command. */
export const flags = {
  metricsPort: Flag.Int("metrics-port").pipe(
    Flag.withDescription("Serve /metrics, /healthz and /readyz on this port, 0 for any (default METRICS_PORT, or not)"),
    Flag.withMetavar("number"),
    Flag.withFallbackConfig(Config.Int("METRICS_PORT")),
    Flag.withSchema(Settings.Port),
    Flag.optional
  ),
  metricsHost: Flag.String("metrics-host").pipe(
    Flag.withDescription("Address to serve them on (default METRICS_HOST, or 127.0.0.1)"),
    Flag.withMetavar("address"),
    Flag.withFallbackConfig(Config.NonEmptyString("METRICS_HOST")),
    Flag.withDefault("127.0.0.1")
  )
}

/** Readiness, for programs with a broker. */
export const brokerVitals = Vitals.broker

/** Readiness and the backlog, for programs with a database and a broker. */
export const vitals = Layer.merge(brokerVitals, Vitals.database)

/** Provides telemetry to the command, which is called `windmill-<name>` in traces. */
export const watched = <Name extends string, Input extends Command.Command.Config.Infer<typeof flags>, Context, E, R>(
  command: Command.Command<Name, Input, Context, E, R>
) =>
  Command.provide(command, ({ metricsHost, metricsPort }: Input) =>
    Telemetry.layer({
      serviceName: `windmill-${command.name}`,
      serviceVersion: version,
      metricsHost,
      metricsPort: Option.getOrUndefined(metricsPort)
    })
  )
