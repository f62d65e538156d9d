/**
 * What the description of the API (OpenAPI) says besides what is generated from its definition: where it is served, how one
 * logs in, and what each parameter is. In an address everything is text; the description says what the text is of.
 *
 * @see https://spec.openapis.org/oas/v3.1.0
 */

/** The parts of a description that are completed. */
interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: Readonly<Record<string, unknown>>
  readonly [name: string]: unknown
}

interface Operation {
  readonly parameters: ReadonlyArray<Parameter>
  readonly responses: Readonly<Record<string, unknown>>
}

interface Parameter {
  readonly name: string
  readonly in: string
  readonly schema: unknown
}

interface Meaning {
  readonly description: string
  /** In place of the schema of its text. */
  readonly schema?: unknown
}

const id = { type: "integer", minimum: 1 }
const limit = (maximum: number) => ({ type: "integer", minimum: 1, maximum })
const boolean = { type: "boolean" }
const hash = { type: "string", pattern: "^[0-9a-f]{64}$" }

const meanings: Readonly<Record<string, Meaning>> = {
  "path id": { description: "The id of the image", schema: id },
  "path box": { description: "The id of one of its boxes" },
  "path correction": { description: "The id of the correction", schema: id },
  "path service": { description: "The service" },
  "path step": { description: "A service, or a stage: `harmonize`, `consensus`, `enrich`", schema: { type: "string" } },
  "path hash": { description: "SHA-256 of the bytes of the picture", schema: hash },
  "path key": { description: "What lets one in who has no token, for this picture alone", schema: hash },
  "header idempotency-key": {
    description: "Any text: the same for a request that is repeated, another one for each other request"
  },
  "header last-event-id": { description: "The id of the last event that arrived" },
  "query wait": {
    description:
      "How long to wait for the image to be done before answering: whole seconds, at most five minutes, such as `30s`",
    schema: { type: "string", pattern: "^[1-9][0-9]{0,2}s$" }
  },
  "query q": { description: 'Words, such as `dog "no parking" NOT cat`: see Find images' },
  "query ids": { description: "These images; can be repeated", schema: { type: "array", items: id } },
  "query group": { description: "Images of this group" },
  "query status": { description: "Images that are so far" },
  "query service": {
    description: "Images that this service has answered about; with `error`, those that it, or this stage, failed on",
    schema: { type: "string" }
  },
  "query error": { description: "Images with a failure of this class, or of `any`" },
  "query label": { description: "Images in which the services agreed on what this word names, in any wording" },
  "query emoji": { description: "The same by emoji" },
  "query confidence": {
    description:
      "The least confidence of what `label` and `emoji` find or, without them, of anything the services agreed on",
    schema: { type: "number", minimum: 0, maximum: 1 }
  },
  "query by": { description: "The name of the person who says so" },
  "query before": { description: "The id after which the page begins: the newest is first", schema: id },
  "query order": { description: "The order of the list; newest first when left out" },
  "query limit": { description: "The most on a page" },
  "query total": {
    description: "Whether to say how many there are on all pages: the answer is a page then, and else a list",
    schema: boolean
  },
  "query typed": { description: "The beginning of a word" },
  "query size": {
    description: "The greatest width and height of a smaller JPEG, in pixels; the picture as it is when left out",
    schema: { type: "integer", enum: [160, 320, 640, 1280] }
  },
  "query step": { description: "A service or a stage; all when left out", schema: { type: "string" } },
  "query since": { description: "The moment after which to begin, as a page of images gives it; now when left out" }
}

/** What is meant at one path alone. */
const special: Readonly<Record<string, Meaning>> = {
  "/events query ids": {
    description: "Changes of these images alone, unless `others` is given; can be repeated",
    schema: { type: "array", items: id }
  },
  "/events query others": {
    description:
      "Changes of images that are not among `ids`: one by one while at most so many changed within half a second, and then how many",
    schema: { type: "integer", minimum: 0, maximum: 1000 }
  },
  "/images query total": {
    description: "Whether to say how many images meet the filters, on all pages",
    schema: boolean
  },
  "/images query limit": { description: "The most on a page; 50 when left out", schema: limit(200) },
  "/images/ids query limit": {
    description: "The first so many; all when left out",
    schema: { type: "integer", minimum: 1 }
  },
  "/operations query limit": { description: "The most on a page; 50 when left out", schema: limit(1000) },
  "/actions query limit": { description: "The most on a page; 50 when left out", schema: limit(1000) },
  "/dead-letters query limit": { description: "The most of each queue; 100 when left out", schema: limit(1000) },
  "/operations/{id} path id": { description: "The id of the operation", schema: id },
  "/operations/{id}/stop path id": { description: "The id of the operation", schema: id }
}

/** Ways to log in; a program sends the token, a page has the cookie that `POST /session` gives. */
const securitySchemes = {
  token: { type: "http", scheme: "bearer", description: "`API_TOKEN`, or `API_READ_TOKEN` to look only" },
  session: { type: "apiKey", in: "cookie", name: "windmill_session", description: "What `POST /session` gives a page" }
}

/** Either of them, or nothing where the server has no token. */
const either = [{ token: [] }, { session: [] }, {}]

/** The description, completed. */
export const complete = (generated: Record<string, unknown>): Record<string, unknown> => {
  const description = generated as unknown as Description
  return {
    ...description,
    servers: [{ url: "/", description: "The server this description comes from" }],
    components: { ...description.components, securitySchemes },
    paths: mapValues(description.paths, (operations, path) =>
      mapValues(operations, (operation) => ({
        ...operation,
        parameters: operation.parameters.map((parameter) => described(path, parameter)),
        security: "401" in operation.responses && path !== "/session" ? either : []
      }))
    )
  }
}

const described = (path: string, parameter: Parameter): Parameter & Meaning => {
  const key = `${parameter.in} ${parameter.name}`
  return { description: "", ...parameter, ...(special[`${path} ${key}`] ?? meanings[key]) }
}

const mapValues = <A, B>(record: Readonly<Record<string, A>>, f: (value: A, key: string) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value, key)]))
