/** The catalog from a `service_config.json`. */
import { Effect, FileSystem, Layer, Result, Schema } from "effect"
import * as NodePath from "node:path"
import * as ServiceCatalog from "../../domain/ServiceCatalog.ts"
import { Catalog } from "../../services/Catalog.ts"

/** The file cannot be used. `problems` lists all that is wrong with it. */
export class CatalogError extends Schema.TaggedError<CatalogError>()("CatalogError", {
  path: Schema.String,
  problems: Schema.Array(Schema.String)
}) {
  override get message() {
    return [
      `The service catalog ${this.path} cannot be used:`,
      ...this.problems.map((problem) => `  - ${problem}`),
      `Mend the file, or name another one with --config or SERVICE_CONFIG.`
    ].join("\n")
  }
}

/** Reads and checks the file as a whole. */
export const read = Effect.fn("FileCatalog.read")(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  const refuse = (problems: ReadonlyArray<string>) => new CatalogError({ path, problems })
  const text = yield* fs
    .readFileString(path)
    .pipe(Effect.mapError((error) => refuse([`the file cannot be read (${error.reason._tag})`])))
  const json = yield* Effect.try({
    try: () => JSON.parse(text) as unknown,
    catch: (cause) => refuse([`it is not JSON: ${(cause as Error).message}`])
  })
  const catalog = ServiceCatalog.decode(json)
  return Result.isSuccess(catalog)
    ? yield* Effect.forEach(catalog.success, (service) => withClasses(service, path, refuse))
    : yield* refuse(catalog.failure.map(({ message, path }) => `${path}: ${message}`))
})

/** The service with the names of its classes, when they are in a file; its path is relative to the catalog. */
const withClasses = Effect.fnUntraced(function* (
  service: ServiceCatalog.Service,
  catalog: string,
  refuse: (problems: ReadonlyArray<string>) => CatalogError
) {
  const { api } = service
  if (api.name !== "kserve" || api.options.classesFile === undefined) return service
  const { classesFile, ...options } = api.options
  const setting = `services.${service.id}.options.classesFile`
  const fs = yield* FileSystem.FileSystem
  const text = yield* fs
    .readFileString(NodePath.resolve(NodePath.dirname(catalog), classesFile))
    .pipe(Effect.mapError((error) => refuse([`${setting}: ${classesFile} cannot be read (${error.reason._tag})`])))
  const [first, ...others] = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "")
  if (first === undefined) return yield* refuse([`${setting}: ${classesFile} names no class`])
  return { ...service, api: { ...api, options: { ...options, classes: [first, ...others] as const } } }
})

/** The catalog of the file at `path`. */
export const layer = (path: string) => Layer.effect(Catalog, read(path))
