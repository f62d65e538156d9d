/** The surroundings of a pipeline that runs in one process: a PostgreSQL from the install and a broker in memory. */
import { Effect, type FileSystem, Layer, type Option } from "effect"
import * as Farm from "#farm/simulated/Farm"
import * as EmbeddedPostgres from "../layers/postgres/EmbeddedPostgres.ts"
import type * as FileCatalog from "../layers/files/FileCatalog.ts"
import * as MemoryMessageBroker from "../layers/memory/MemoryMessageBroker.ts"
import * as PgDatabase from "../layers/postgres/PgDatabase.ts"
import * as PgProgress from "../layers/postgres/PgProgress.ts"
import * as PgResultStore from "../layers/postgres/PgResultStore.ts"
import * as PgServiceSwitch from "../layers/postgres/PgServiceSwitch.ts"
import * as PgWorkerRegistry from "../layers/postgres/PgWorkerRegistry.ts"
import { Catalog } from "../services/Catalog.ts"
import * as Distributed from "./Distributed.ts"

export interface EmbeddedOptions {
  /** The folder of the database. */
  readonly data: string
  readonly farm: "simulated" | "none"
  /** The catalog when the farm is not simulated. */
  readonly config: Option.Option<string>
}

/** Database, broker, and the services of the farm or of the catalog. */
export const layer = ({ config, data, farm }: EmbeddedOptions) =>
  Layer.mergeAll(PgResultStore.layer, PgProgress.layer, PgServiceSwitch.layer, PgWorkerRegistry.layer).pipe(
    Layer.provideMerge(PgDatabase.layer),
    Layer.provide(database(data)),
    Layer.merge(MemoryMessageBroker.layer),
    Layer.merge(Distributed.services),
    Layer.merge(catalog({ config, farm }))
  )

/** The address of the database in the data folder. */
export const database = (data: string) => EmbeddedPostgres.layer({ directory: `${data}/postgres` })

/** The services of the file, or those of a farm of this process. */
const catalog = ({
  config,
  farm
}: Pick<EmbeddedOptions, "config" | "farm">): Layer.Layer<
  Catalog,
  FileCatalog.CatalogError | Farm.FarmError,
  FileSystem.FileSystem
> => (farm === "none" ? Distributed.catalog(config) : simulated)

const simulated = Layer.effect(
  Catalog,
  Effect.map(Farm.make({ catalog: Farm.anyPorts }), ({ catalog }) => catalog)
)
