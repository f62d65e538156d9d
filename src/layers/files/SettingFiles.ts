/**
 * Settings kept in files, as container platforms hand out secrets: `DB_PASSWORD_FILE=/run/secrets/db` means that the file holds
 * `DB_PASSWORD`. It goes for every variable; one that is set itself wins over its file.
 */
import { ConfigProvider, Effect } from "effect"
import * as NodeFs from "node:fs"

/** The provider, with what the files that it names hold. The line break that ends a file is no part of the value. */
export const following = (self: ConfigProvider.ConfigProvider): ConfigProvider.ConfigProvider =>
  ConfigProvider.make(
    Effect.fnUntraced(function* (path) {
      const [name, ...rest] = path
      const found = yield* self.load(path)
      if (name === undefined || rest.length > 0 || found?.value !== undefined) return found
      const file = yield* self.load([`${name}_FILE`])
      return file?.value === undefined ? found : ConfigProvider.makeValue(yield* contentOf(`${name}_FILE`, file.value))
    })
  )

const contentOf = (variable: string, path: string) =>
  Effect.try({
    try: () => NodeFs.readFileSync(path, "utf8").replace(/\r?\n$/, ""),
    catch: (cause) =>
      new ConfigProvider.SourceError({ message: `${variable} cannot be read: ${(cause as Error).message}`, cause })
  })
