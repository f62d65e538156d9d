/**
 * What is said about an HTTP request that is refused: problem details, the same of every server.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export interface HttpProblem {
  readonly type: "about:blank"
  /** What HTTP calls the status. */
  readonly title: string
  readonly status: number
  /** The title as one word, for programs. */
  readonly code: string
  /** A sentence for people. */
  readonly detail: string
}

export const make = (status: number, title: string, detail: string): HttpProblem => ({
  type: "about:blank",
  title,
  status,
  code: title.replaceAll(" ", ""),
  detail
})

/** The status of a request that no route is for: 405 where no route takes its method, 400 when its address cannot be read. */
export const statusOfNothing = (
  request: { readonly method: string; readonly url: string },
  methods: ReadonlySet<string>
): 400 | 404 | 405 => (!methods.has(request.method) ? 405 : isReadable(request.url) ? 404 : 400)

/** The detail of 400. */
export const unreadableAddress =
  "The address cannot be read: after each % there are two hexadecimal digits, and together they are UTF-8"

/** Whether what is written as `%41` can be read. */
const isReadable = (url: string): boolean => {
  try {
    decodeURIComponent(url.split("?")[0]!)
    return true
  } catch {
    return false
  }
}
