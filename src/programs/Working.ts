/** What a program has around it that works on steps until it is told to stop. */
import { Layer } from "effect"
import * as PgOperations from "../layers/postgres/PgOperations.ts"
import * as PgTunings from "../layers/postgres/PgTunings.ts"
import * as Distributed from "./Distributed.ts"
import * as Heartbeat from "./flows/Heartbeat.ts"
import * as Settings from "./Settings.ts"
import * as Watched from "./Watched.ts"

/** The servers and the services; the program says that it is alive, and whether it can work. */
export const surroundings = (workerId: string) =>
  Layer.mergeAll(
    Heartbeat.layer(Settings.identity(workerId)),
    PgOperations.current,
    PgTunings.current,
    Watched.vitals,
    Distributed.services
  ).pipe(Layer.provideMerge(Distributed.servers))
