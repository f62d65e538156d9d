/** What the domain uses of the standard objects that every runtime of the web platform has, as total functions. */

interface Platform {
  readonly TextDecoder: new () => { readonly decode: (bytes: Uint8Array) => string }
  readonly TextEncoder: new () => { readonly encode: (text: string) => Uint8Array }
  readonly URL: (new (text: string) => UrlParts) & { readonly canParse: (text: string) => boolean }
}

/** A URL taken apart, in canonical form. */
export interface UrlParts {
  readonly protocol: string
  readonly hostname: string
  readonly port: string
  readonly pathname: string
  readonly search: string
  readonly hash: string
  readonly username: string
  readonly password: string
}

const platform = globalThis as unknown as Platform

/** The text that UTF-8 bytes mean; U+FFFD for what they do not. @see https://encoding.spec.whatwg.org */
export const textOf = (bytes: Uint8Array): string => new platform.TextDecoder().decode(bytes)

/** The text as UTF-8. */
export const utf8 = (text: string): Uint8Array => new platform.TextEncoder().encode(text)

/** The parts of a URL; `undefined` when it is none. @see https://url.spec.whatwg.org */
export const urlParts = (text: string): UrlParts | undefined =>
  platform.URL.canParse(text) ? new platform.URL(text) : undefined

/**
 * The last name in the path of a URL as people write it; as it is in the URL where that would mean something else than a name.
 *
 * @example
 * nameIn(new URL("http://nas/caf%C3%A9.jpg")) // => "café.jpg"
 * nameIn(new URL("http://nas/a%2Fb.jpg")) // => "a%2Fb.jpg"
 */
export const nameIn = ({ pathname }: Pick<UrlParts, "pathname">): string => {
  const name = pathname.slice(pathname.lastIndexOf("/") + 1)
  try {
    const text = decodeURIComponent(name)
    return /[\p{C}/\\]/u.test(text) ? name : text
  } catch {
    return name
  }
}
