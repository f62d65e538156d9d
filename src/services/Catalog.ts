/** The services of this deployment. */
import { Context } from "effect"
import type { ServiceCatalog } from "../domain/ServiceCatalog.ts"

export class Catalog extends Context.Service<Catalog, ServiceCatalog>()("windmill/services/Catalog") {}
