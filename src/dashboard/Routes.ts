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

/** The address of a page, without the parameters that are empty. */
export const href = (path: string, query: Readonly<Record<string, string | number | undefined>> = {}): string => {
  const given = Object.entries(query).flatMap(([name, value]): Array<[string, string]> =>
    value === undefined || value === "" ? [] : [[name, String(value)]]
  )
  return `#/${path}${given.length === 0 ? "" : `?${new URLSearchParams(given)}`}`
}

export const imageHref = (id: number): string => href(`images/${id}`)
