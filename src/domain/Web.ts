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
