/** What the commands have in common that switch steps off and on. */
import { Layer, type Option } from "effect"
import { Argument } from "effect/cli"
import { StepName } from "../domain/StepName.ts"
import { CurrentPerson } from "../services/ActionLog.ts"
import * as Distributed from "./Distributed.ts"
import * as Settings from "./Settings.ts"

export const steps = Argument.String("step").pipe(
  Argument.withDescription("Services, and stages: harmonize, consensus, enrich"),
  Argument.withSchema(StepName),
  Argument.atLeast(1)
)

/** The database alone, and the catalog that says which steps there are. */
export const surroundings = ({ config }: { readonly config: Option.Option<string> }) =>
  Layer.mergeAll(Distributed.store, Distributed.catalog(config), Layer.succeed(CurrentPerson, Settings.person))
