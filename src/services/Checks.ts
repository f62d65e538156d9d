/** Looking at what windmill works with, one step after the other, without changing anything. None of these fails: what is wrong is a finding. */
import { Context, type Effect } from "effect"
import type { Finding } from "../domain/Finding.ts"
import type { Service } from "../domain/ServiceCatalog.ts"

export class Checks extends Context.Service<
  Checks,
  {
    /** Whether a service can be reached: name, connection, encryption. The steps end with the first that is broken. */
    readonly reach: (service: Service) => Effect.Effect<ReadonlyArray<Finding>>
    /** The database of the environment: version, permissions, connections, clock. */
    readonly database: Effect.Effect<ReadonlyArray<Finding>>
    /** The broker of the environment: version, permissions, limits. */
    readonly broker: Effect.Effect<ReadonlyArray<Finding>>
  }
>()("windmill/services/Checks") {}
