/**
 * The documentation of the API as a page: what its description (OpenAPI) says, for people. It is text and style only, and
 * loads nothing.
 */
import { OpenApi } from "effect/http-api"
import * as NodeCrypto from "node:crypto"
import { Api } from "./definition/Api.ts"

type Json = Readonly<Record<string, unknown>>

interface Operation {
  readonly tags: ReadonlyArray<string>
  readonly operationId: string
  readonly summary?: string
  readonly description?: string
  readonly parameters: ReadonlyArray<{
    readonly name: string
    readonly in: string
    readonly required: boolean
    readonly description: string
    readonly schema: Json
  }>
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Json }>> }
  readonly responses: Readonly<
    Record<
      string,
      { readonly description: string; readonly content?: Readonly<Record<string, { readonly schema?: Json }>> }
    >
  >
}

interface Description {
  readonly info: { readonly title: string; readonly description: string }
  readonly tags: ReadonlyArray<{ readonly name: string; readonly description?: string }>
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Json>> }
}

const style = `
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem }
h2 { margin-top: 3rem; border-bottom: 1px solid }
h3 { margin: 2rem 0 0; font-size: 1rem; overflow-wrap: anywhere }
code, pre { font: .875rem/1.5 ui-monospace, monospace }
pre { overflow-x: auto; padding: .5rem .75rem; border: 1px solid #8886; border-radius: 4px }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #8884; overflow-wrap: anywhere }
th { font-weight: 600 }
nav ul { columns: 16rem; padding-left: 1.25rem }
`

/** The style of the page as a policy names it. */
export const styleHash = `'sha256-${NodeCrypto.createHash("sha256").update(style).digest("base64")}'`

/** The page. */
export const page = (): string => {
  const { components, info, paths, tags } = OpenApi.fromApi(Api) as unknown as Description
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation }))
  )
  const groups = tags.map((tag) => ({
    ...tag,
    operations: operations.filter(({ operation }) => operation.tags.includes(tag.name))
  }))
  const contents = groups.map(
    ({ name, operations }) =>
      `<li>${text(name)}<ul>${operations
        .map(({ operation }) => `<li><a href="#${operation.operationId}">${title(operation)}</a></li>`)
        .join("")}</ul></li>`
  )
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${text(info.title)}: the API</title><style>${style}</style></head><body>
<h1>${text(info.title)}: the API</h1>
<p>${words(info.description)} Programs send <code>Authorization: Bearer TOKEN</code> where the server has a token. Clients are
generated from <a href="/openapi.json">openapi.json</a>.</p>
<nav aria-label="Contents"><ul>${contents.join("")}<li><a href="#schemas">Schemas</a></li></ul></nav>
<main>
${groups
  .map(
    ({ description, name, operations }) =>
      `<h2>${text(name)}</h2>${description === undefined ? "" : `<p>${words(description)}</p>`}${operations.map(section).join("\n")}`
  )
  .join("\n")}
<h2 id="schemas">Schemas</h2>
${Object.entries(components.schemas)
  .map(([name, schema]) => `<h3 id="schema.${name}">${text(name)}</h3><pre>${shape(schema, "")}</pre>`)
  .join("\n")}
</main></body></html>`
}

const section = ({
  method,
  operation,
  path
}: {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}) => `
<h3 id="${operation.operationId}">${title(operation)}</h3>
<p><code>${method} ${text(path)}</code></p>
${operation.description === undefined ? "" : `<p>${words(operation.description)}</p>`}
${parameters(operation)}
${Object.entries(operation.requestBody?.content ?? {})
  .map(([type, { schema }]) => `<p>Body, <code>${text(type)}</code>:</p><pre>${shape(schema, "")}</pre>`)
  .join("")}
<p>Answers:</p><table><tbody>${Object.entries(operation.responses).map(answer).join("")}</tbody></table>
<pre>${text(command(method, path, operation))}</pre>`

const title = ({ operationId, summary }: Operation): string => text(summary ?? operationId)

const parameters = ({ parameters }: Operation): string =>
  parameters.length === 0
    ? ""
    : `<table><thead><tr><th scope="col">parameter</th><th scope="col">of</th><th scope="col">is</th><th scope="col">means</th></tr></thead><tbody>${parameters
        .map(
          ({ description, in: place, name, required, schema }) =>
            `<tr><td><code>${text(name)}</code>${required ? "" : "?"}</td><td>${place}</td><td>${shape(schema, "")}</td><td>${words(description)}</td></tr>`
        )
        .join("")}</tbody></table>`

const answer = ([status, { content = {}, description }]: readonly [string, Operation["responses"][string]]): string => {
  const [first] = Object.entries(content)
  const body =
    first === undefined
      ? ""
      : `<code>${text(first[0])}</code> ${first[1].schema === undefined ? "" : shape(first[1].schema, "")}`
  return `<tr><td>${status}</td><td>${text(description)}</td><td><pre>${body}</pre></td></tr>`
}

/** How a shell asks. */
const command = (method: string, path: string, { requestBody }: Operation): string => {
  const [type] = Object.keys(requestBody?.content ?? {})
  return [
    "curl",
    ...(method === "GET" ? [] : [`--request ${method}`]),
    ...(type === "application/json" ? ["--json '{…}'"] : type === undefined ? [] : ["--form file=@picture.jpg"]),
    `"$API${path}"`
  ].join(" ")
}

/** A schema in short: names with their types, `?` after those that may be left out. */
const shape = (schema: Json, indent: string): string => {
  const { $ref, additionalProperties, anyOf, enum: choices, items, properties, required = [], type } = schema
  if (typeof $ref === "string") {
    const name = $ref.split("/").at(-1)!
    return `<a href="#schema.${name}">${text(name)}</a>`
  }
  if (Array.isArray(choices)) return choices.map((choice) => text(JSON.stringify(choice))).join(" | ")
  if (Array.isArray(anyOf)) return [...new Set(anyOf.map((one) => shape(one as Json, indent)))].join(" | ")
  if (type === "array") return `[${shape((items ?? {}) as Json, indent)}]`
  if (type !== "object") return `${text(String(type ?? "any JSON"))}${bounds(schema)}`
  if (properties === undefined) {
    return typeof additionalProperties === "object"
      ? `{ name: ${shape(additionalProperties as Json, indent)} }`
      : "{ … }"
  }
  const inner = `${indent}  `
  const lines = Object.entries(properties as Readonly<Record<string, Json>>).map(
    ([name, property]) =>
      `${inner}${text(name)}${(required as ReadonlyArray<string>).includes(name) ? "" : "?"}: ${shape(property, inner)}`
  )
  return `{\n${lines.join("\n")}\n${indent}}`
}

const bounds = ({ exclusiveMinimum, maximum, minimum }: Json): string => {
  const said = [
    ...(typeof exclusiveMinimum === "number" ? [`> ${exclusiveMinimum}`] : []),
    ...(typeof minimum === "number" && minimum > Number.MIN_SAFE_INTEGER ? [`≥ ${minimum}`] : []),
    ...(typeof maximum === "number" && maximum < Number.MAX_SAFE_INTEGER ? [`≤ ${maximum}`] : [])
  ]
  return said.length === 0 ? "" : ` ${text(said.join(", "))}`
}

/** Text with what is between backticks as code. */
const words = (written: string): string => text(written).replace(/`([^`]+)`/g, "<code>$1</code>")

const text = (written: string): string =>
  written.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;")
