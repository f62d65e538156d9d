/** The servers that programs share, in memory, and the catalog that they read. */
import { Layer } from "effect"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"
import * as MemoryMessageBroker from "../../src/layers/memory/MemoryMessageBroker.ts"
import * as MemoryServiceSwitch from "../../src/layers/memory/MemoryServiceSwitch.ts"
import { Catalog } from "../../src/services/Catalog.ts"
import { serviceId } from "./Facts.ts"
import * as MemoryResultStore from "./MemoryResultStore.ts"
import * as MemoryWorkerRegistry from "./MemoryWorkerRegistry.ts"

/** For programs that know these of the standard services. */
export const layer = (...services: ReadonlyArray<string>) =>
  Layer.mergeAll(
    MemoryResultStore.layer,
    MemoryMessageBroker.layer,
    MemoryServiceSwitch.layer,
    MemoryWorkerRegistry.layer,
    Layer.succeed(
      Catalog,
      services.map((id) => ServiceCatalog.get(ServiceCatalog.standard, serviceId(id)))
    )
  )
