/** The strategies by name, and how a deployment chooses one. */
import { Result, Schema } from "effect"
import type { Strategy } from "../Harmonization.ts"
import * as Problem from "../Problem.ts"
import { crossServiceClusteringV1 } from "./CrossServiceClusteringV1.ts"
import * as Nms from "./NonMaximumSuppression.ts"
import * as Quorum from "./Quorum.ts"
import * as SoftNms from "./SoftNonMaximumSuppression.ts"
import * as Voting from "./Voting.ts"
import * as Wbf from "./WeightedBoxesFusion.ts"

export { crossServiceClusteringV1 }

/** What harmonizes when nothing is configured. */
export const defaultStrategy: Strategy = Quorum.quorum()

type Build = (options: unknown) => Result.Result<Strategy, Schema.SchemaError>

const withOptions =
  <Options>(schema: Schema.ConstraintDecoder<Options>, make: (options: Options) => Strategy): Build =>
  (options) =>
    Result.map(Schema.decodeUnknownResult(schema, { errors: "all", onExcessProperty: "error" })(options), make)

/** `Struct({})` would let any object pass. */
const noOptions = Schema.Record(
  Schema.String,
  Schema.Never.annotate({ message: "Unknown option: the strategy has none" })
)

const builders: ReadonlyMap<string, Build> = new Map<string, Build>([
  ["quorum", withOptions(Quorum.Options, Quorum.quorum)],
  ["nms", withOptions(Nms.Options, Nms.nonMaximumSuppression)],
  ["soft_nms", withOptions(SoftNms.Options, SoftNms.softNonMaximumSuppression)],
  ["wbf", withOptions(Wbf.Options, Wbf.weightedBoxesFusion)],
  ["affirmative", withOptions(Voting.Options, Voting.affirmative)],
  ["consensus", withOptions(Voting.Options, Voting.consensus)],
  ["unanimous", withOptions(Voting.Options, Voting.unanimous)],
  ["cross_service_clustering_v1", withOptions(noOptions, () => crossServiceClusteringV1)]
])

/** The names `fromConfig` knows, the default first. */
export const names: ReadonlyArray<string> = [...builders.keys()]

const Config = Schema.Union([
  Schema.String,
  Schema.Struct({ name: Schema.String, options: Schema.optionalKey(Schema.Json) })
])

/**
 * Builds a strategy from parsed JSON: its name, or `{"name": …, "options": {…}}`. A failure lists every problem.
 *
 * @example
 * fromConfig({ name: "quorum", options: { gate: "majority" } })
 */
export const fromConfig = (json: unknown): Result.Result<Strategy, ReadonlyArray<Problem.Problem>> => {
  const config = Schema.decodeUnknownResult(Config, { errors: "all", onExcessProperty: "error" })(json)
  if (Result.isFailure(config)) return Result.fail(Problem.ofIssue(config.failure.issue, { unknown }))
  const { name, options = {} } = typeof config.success === "string" ? { name: config.success } : config.success
  const build = builders.get(name)
  if (build === undefined) {
    return Result.fail([{ path: "name", message: `Unknown strategy ${name}: expected one of ${names.join(", ")}` }])
  }
  return Result.mapError(build(options), ({ issue }) => Problem.ofIssue(issue, { at: ["options"], unknown }))
}

const unknown = "Unknown option: remove it or correct its spelling"
