/** The catalog from a `service_config.json`. */
import { Effect, FileSystem, Layer, Result, Schema } from "effect"
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
    ? catalog.success
    : yield* refuse(catalog.failure.map(({ message, path }) => `${path}: ${message}`))
})

/** The catalog of the file at `path`. */
export const layer = (path: string) => Layer.effect(Catalog, read(path))
