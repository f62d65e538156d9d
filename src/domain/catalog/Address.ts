/** Where a service is: host, port and path, or one `url`. */
import { Result } from "effect"
import { urlParts } from "../Web.ts"

/** What can be asked, taken apart. */
export interface Address {
  readonly secure: boolean
  /** A name or an address, IPv6 without brackets. */
  readonly host: string
  readonly port: number
  /** Path from `/`, and query if there is one. */
  readonly endpoint: string
}

/** How the two ends of a host are told from those of names that cannot be one. */
const name =
  /^(?=.{1,253}\.?$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i

/** Why a text cannot be a host; `undefined` for names and for addresses, with or without the brackets of IPv6. */
export const hostProblem = (host: string): string | undefined => {
  if (/^[a-z]+:\/\//i.test(host)) return 'Expected a host name or address, not a URL: that belongs into "url"'
  const plain = withoutBrackets(host)
  if (plain.includes(":")) {
    return urlParts(`http://[${plain}]`) !== undefined
      ? undefined
      : 'Expected a host name or address without a port, which belongs into "port"'
  }
  if (plain.includes("/")) return 'Expected a host name or address without a path, which belongs into "endpoint"'
  if (!name.test(plain) || urlParts(`http://${plain}`) === undefined) return "Expected a host name or address"
  return undefined
}

export const withoutBrackets = (host: string): string => host.replace(/^\[(.*)\]$/, "$1")

/** The parts of an http or https URL, or what is wrong with it. */
export const ofUrl = (text: string): Result.Result<Address, string> => {
  if (!/^https?:\/\//i.test(text)) return Result.fail("Expected a URL that begins with http:// or https://")
  const url = urlParts(text)
  if (url === undefined) return Result.fail("Expected a URL, check host and port")
  const host = withoutBrackets(url.hostname)
  const problem = hostProblem(host)
  if (problem !== undefined) return Result.fail(problem)
  if (url.username !== "" || url.password !== "") {
    return Result.fail(
      'Expected a URL without user and password: send them as "headers": {"Authorization": "Basic ${NAME}"}'
    )
  }
  if (url.hash !== "") return Result.fail("Expected a URL without #")
  const secure = url.protocol === "https:"
  return Result.succeed({
    secure,
    host,
    port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
    endpoint: url.pathname + url.search
  })
}

/** Host and port as URLs have them, the port only where it is not the usual one. */
export const authority = ({ host, port, secure }: Omit<Address, "endpoint">): string => {
  const bracketed = host.includes(":") ? `[${host}]` : host
  return port === (secure ? 443 : 80) ? bracketed : `${bracketed}:${port}`
}

/** The URL of a path at an address. */
export const urlOf = (self: Omit<Address, "endpoint">, path: string): string =>
  `${self.secure ? "https" : "http"}://${authority(self)}${path}`

/**
 * A path below the path of an endpoint, whose query goes along.
 *
 * @example
 * below("/v1/?version=2", "/models") // => "/v1/models?version=2"
 */
export const below = (endpoint: string, path: string): string => {
  const [base = "", query] = endpoint.split("?", 2)
  return `${base.replace(/\/+$/, "")}${path}${query === undefined ? "" : `?${query}`}`
}
