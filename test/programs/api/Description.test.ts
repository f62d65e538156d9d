/** What clients are generated from, and what people read of it. */
import { assert, describe, it } from "@effect/vitest"
import { OpenApi } from "effect/http-api"
import { Api } from "../../../src/programs/api/definition/Api.ts"
import * as Documentation from "../../../src/programs/api/Documentation.ts"

interface Operation {
  readonly operationId: string
  readonly parameters: ReadonlyArray<{ readonly name: string; readonly description?: string; readonly schema: object }>
  readonly security: ReadonlyArray<Readonly<Record<string, unknown>>>
  readonly responses: Readonly<Record<string, unknown>>
}

const description = OpenApi.fromApi(Api)
const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
  Object.values(methods as unknown as Readonly<Record<string, Operation>>).map((operation) => ({ path, ...operation }))
)

describe("the description of the API", () => {
  it("says what each parameter means, and of which kind its text is", () => {
    assert.isAbove(operations.length, 30)
    for (const { operationId, parameters } of operations) {
      for (const { description, name, schema } of parameters) {
        assert.isNotEmpty(description, `${operationId} ${name}`)
        assert.notInclude(JSON.stringify(schema), "[Ee]", `${operationId} ${name} is a number`)
      }
    }
  })

  it("says where the API is, and how to log in where that is needed", () => {
    assert.deepStrictEqual(
      description.servers?.map(({ url }) => url),
      ["/"]
    )
    assert.hasAllKeys(description.components.securitySchemes, ["token", "session"])
    const open = operations.filter(({ security }) => security.length === 0).map(({ operationId }) => operationId)
    assert.sameMembers(open, ["session.state", "session.logIn", "session.logOut", "uploads.shared"])
  })
})

describe("the page of it", () => {
  const page = Documentation.page()

  it("has every operation and schema, links that lead somewhere, and no script", () => {
    const ids = new Set(Array.from(page.matchAll(/ id="([^"]+)"/g), ([, id]) => id))
    for (const { operationId } of operations) assert.isTrue(ids.has(operationId), operationId)
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) assert.isTrue(ids.has(target), target)
    assert.notMatch(page, /<script| on\w+=|undefined|\[object/)
  })

  it("is small", () => {
    assert.isBelow(page.length, 300_000)
  })
})
