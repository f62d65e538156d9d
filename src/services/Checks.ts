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
    /** The broker of the environment: version, permissions, these queues, limits. */
    readonly broker: (queues: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<Finding>>
    /** The process that asks: how many files it may have open, compared with `needed`. */
    readonly here: (needed: number) => Effect.Effect<ReadonlyArray<Finding>>
  }
>()("windmill/services/Checks") {}
