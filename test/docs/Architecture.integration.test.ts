import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import * as Databases from "../support/Databases.ts"

/** The tables that the page describes, with their columns. */
const described = () => {
  const page = readFileSync(new URL("../../docs/architecture.md", import.meta.url), "utf8")
  const sections = page
    .slice(page.indexOf("## The tables"), page.indexOf("## The specification"))
    .split("\n### ")
    .slice(1)
  return Object.fromEntries(
    sections.map((section) => [
      /^`(\w+)`/.exec(section)![1]!,
      [...section.matchAll(/^\| (`[^|]*`) \|/gm)]
        .flatMap(([, names]) => [...names!.matchAll(/`(\w+)`/g)].map(([, name]) => name!))
        .toSorted()
    ])
  )
}

layer(Databases.store, { excludeTestServices: true })("docs/architecture.md", (it) => {
  it.effect("describes every table and column that there is, and no other", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const columns = yield* sql<{ table_name: string; column_name: string }>`
        SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()`
      const there: Record<string, Array<string>> = {}
      for (const { column_name, table_name } of columns) (there[table_name] ??= []).push(column_name)
      for (const names of Object.values(there)) names.sort()
      assert.deepStrictEqual(described(), there)
    })
  )
})
