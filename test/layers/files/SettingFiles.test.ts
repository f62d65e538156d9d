import { assert, describe, it } from "@effect/vitest"
import { Config, ConfigProvider, Effect, Redacted } from "effect"
import * as NodeFs from "node:fs/promises"
import * as NodePath from "node:path"
import * as SettingFiles from "../../../src/layers/files/SettingFiles.ts"
import * as Folders from "../../support/Folders.ts"

const password = Config.Redacted("DB_PASSWORD")

const read = <A>(config: Config.Config<A>, env: Record<string, string>) =>
  config.parse(SettingFiles.following(ConfigProvider.fromEnv({ env })))

const secret = Effect.fnUntraced(function* (content: string) {
  const path = NodePath.join(yield* Folders.temporary, "secret")
  yield* Effect.promise(() => NodeFs.writeFile(path, content))
  return path
})

describe("SettingFiles", () => {
  it.live.each([
    ["s3cret", "s3cret"],
    ["s3cret\n", "s3cret"],
    ["s3cret\r\n", "s3cret"],
    [" two\nlines \n", " two\nlines "]
  ])("takes %j as %j", ([content, value]) =>
    Effect.gen(function* () {
      const found = yield* read(password, { DB_PASSWORD_FILE: yield* secret(content!) })
      assert.strictEqual(Redacted.value(found), value)
    }).pipe(Effect.scoped)
  )

  it.live("lets the variable win over its file, which is not read then", () =>
    Effect.gen(function* () {
      const found = yield* read(password, { DB_PASSWORD: "set", DB_PASSWORD_FILE: "/nowhere" })
      assert.strictEqual(Redacted.value(found), "set")
    })
  )

  it.live("leaves what is not set unset", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* read(Config.String("DB_USER").pipe(Config.withDefault("nobody")), {}), "nobody")
    })
  )

  it.live("names the variable of a file that cannot be read, also where a default is at hand", () =>
    Effect.gen(function* () {
      const optional = Config.option(password)
      const error = yield* Effect.flip(read(optional, { DB_PASSWORD_FILE: "/nowhere/secret" }))
      assert.match(error.message, /DB_PASSWORD_FILE cannot be read: .*ENOENT.*\/nowhere\/secret/)
    })
  )
})
