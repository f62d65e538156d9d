/** The surroundings of a pipeline that runs in one process: a PostgreSQL from the install and a broker in memory. */
import { Context, Effect, type FileSystem, Layer, Option, Result } from "effect"
import * as Absent from "#farm/models/Absent"
import * as ModelFarm from "#farm/models/Farm"
import * as Farm from "#farm/simulated/Farm"
import * as EmbeddedPostgres from "../layers/postgres/EmbeddedPostgres.ts"
import * as FileCatalog from "../layers/files/FileCatalog.ts"
import * as MemoryMessageBroker from "../layers/memory/MemoryMessageBroker.ts"
import * as PgDatabase from "../layers/postgres/PgDatabase.ts"
import * as PgActionLog from "../layers/postgres/PgActionLog.ts"
import * as PgHistory from "../layers/postgres/PgHistory.ts"
import * as PgOperations from "../layers/postgres/PgOperations.ts"
import * as PgProgress from "../layers/postgres/PgProgress.ts"
import * as PgResultStore from "../layers/postgres/PgResultStore.ts"
import * as PgServiceSwitch from "../layers/postgres/PgServiceSwitch.ts"
import * as PgTunings from "../layers/postgres/PgTunings.ts"
import * as PgWorkerRegistry from "../layers/postgres/PgWorkerRegistry.ts"
import * as ServiceCatalog from "../domain/ServiceCatalog.ts"
import { Catalog } from "../services/Catalog.ts"
import * as Distributed from "./Distributed.ts"

export interface EmbeddedOptions {
  /** The folder of the database. */
  readonly data: string
  readonly farm: FarmKind
  /** The services beside a farm of models, or instead of a farm. */
  readonly config: Option.Option<string>
  /** The services that will be asked about every picture, as a flag names them. */
  readonly services: string
}

/** Where answers come from: invented for the samples, from models of this process, or from services elsewhere. */
export type FarmKind = "simulated" | "models" | "none"

/** Services that are not in the run, each with the remedy. */
export class AbsentServices extends Context.Service<AbsentServices, ReadonlyArray<Absent.Absent>>()(
  "windmill/programs/Embedded/AbsentServices"
) {}

/** Database, broker, and the services of the farm or of the catalog. Database and services start at the same time. */
export const layer = ({ data, ...options }: EmbeddedOptions) =>
  Layer.mergeAll(
    PgActionLog.layer,
    PgHistory.layer,
    PgOperations.layer,
    PgOperations.current,
    PgResultStore.layer,
    PgProgress.layer,
    PgServiceSwitch.layer,
    PgTunings.layer,
    PgTunings.current,
    PgWorkerRegistry.layer
  ).pipe(
    Layer.provideMerge(PgDatabase.layer),
    Layer.merge(MemoryMessageBroker.layer),
    Layer.merge(Distributed.services),
    Layer.provideMerge(Layer.merge(services({ data, ...options }), database(data)))
  )

/** The address of the database in the data folder. As a guest one may also ask the database of a windmill that runs. */
export const database = (data: string, options: Pick<EmbeddedPostgres.Options, "asGuest"> = {}) =>
  EmbeddedPostgres.layer({ directory: `${data}/postgres`, ...options })

/** The database that the environment names; where it names none, that in the data folder. */
export const orConfigured = (data: string, options: Pick<EmbeddedPostgres.Options, "asGuest"> = {}) =>
  Layer.unwrap(
    Effect.map(
      PgDatabase.isConfigured,
      (
        isConfigured
      ): Layer.Layer<
        PgDatabase.Address,
        Layer.Error<typeof PgDatabase.addressFromEnvironment> | Layer.Error<ReturnType<typeof database>>
      > => (isConfigured ? PgDatabase.addressFromEnvironment : database(data, options))
    )
  )

/** The services of the file, or those of a farm of this process. */
const services = ({
  farm,
  ...options
}: EmbeddedOptions): Layer.Layer<
  Catalog | AbsentServices,
  FileCatalog.CatalogError | Farm.FarmError | ModelFarm.FarmError,
  FileSystem.FileSystem
> => {
  switch (farm) {
    case "none":
      return Layer.merge(Distributed.catalog(options.config), complete)
    case "simulated":
      return Layer.merge(simulated, complete)
    case "models":
      return models(options)
  }
}

const complete = Layer.succeed(AbsentServices, [])

const simulated = Layer.effect(
  Catalog,
  Effect.map(Farm.make({ catalog: Farm.anyPorts }), ({ catalog }) => catalog)
)

/** The services with models; what the file adds has another name. Models that will be asked are loaded while the database starts. */
const models = ({ config, data, services }: Omit<EmbeddedOptions, "farm">) =>
  Layer.effectContext(
    Effect.gen(function* () {
      const farm = yield* ModelFarm.make({ data })
      yield* Effect.forkScoped(farm.load(toLoad(farm.catalog, services)))
      const listed = Option.isSome(config) ? yield* FileCatalog.read(config.value) : []
      const others = listed.filter(({ id }) => !farm.catalog.some((service) => service.id === id))
      const named = new Set<string>(others.map(({ id }) => id))
      const isCaptioned = [...farm.catalog, ...others].some(({ kind }) => kind === "semantic")
      const captions = isCaptioned ? undefined : yield* Effect.promise(() => Absent.captions())
      const absent = farm.absent.flatMap((each) =>
        named.has(each.service) ? [] : [each.service === captions?.service ? captions : each]
      )
      return Context.make(
        Catalog,
        [...farm.catalog, ...others].toSorted((a, b) => (a.id < b.id ? -1 : 1))
      ).pipe(Context.add(AbsentServices, absent))
    })
  )

/** Detectors come first: what they see is what is shown first. */
const toLoad = (catalog: ServiceCatalog.ServiceCatalog, words: string): ReadonlyArray<string> => {
  const asked = Result.getOrElse(ServiceCatalog.select(catalog, words), () => [])
  return [...new Set([...ServiceCatalog.ofKind(asked, "spatial"), ...asked])].map(({ id }) => id)
}
