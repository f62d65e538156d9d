/**
 * The pages and their addresses.
 *
 * They stand behind the `#`: the paths before it belong to the API. `#/images?group=zoo` is the page `images` with a filter.
 */

export interface Route {
  /** The parts of the path: `["images", "7"]`; none for the first page. */
  readonly path: ReadonlyArray<string>
  readonly query: URLSearchParams
}

/** Reads the part of an address from `#`. */
export const parse = (hash: string): Route => {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split(/\?(.*)/s)
  return { path: path.split("/").filter((part) => part !== ""), query: new URLSearchParams(query) }
}

/** The parameters of an address: by name, or one after the other where a name comes more than once. */
export type Parameters =
  Readonly<Record<string, string | number | undefined>> | ReadonlyArray<readonly [name: string, value: string]>

/** The address of a page, without the parameters that are empty. */
export const href = (path: string, query: Parameters = {}): string => {
  const given = (Array.isArray(query) ? query : Object.entries(query)).flatMap(
    ([name, value]): Array<[string, string]> => (value === undefined || value === "" ? [] : [[name, String(value)]])
  )
  return `#/${path}${given.length === 0 ? "" : `?${new URLSearchParams(given)}`}`
}

/** The list that an image was found in: the query of its page, as one parameter of the page of the image. */
const list = "in"

/** The page of an image, which knows the list it was found in, and what else is in its address. */
export const imageHref = (
  id: number,
  within: URLSearchParams = new URLSearchParams(),
  view: ReadonlyArray<readonly [name: string, value: string]> = []
): string => href(`images/${id}`, [[list, within.toString()], ...view])

/** The query of the list that an image was found in. */
export const listOf = (query: URLSearchParams): URLSearchParams => new URLSearchParams(query.get(list) ?? "")
