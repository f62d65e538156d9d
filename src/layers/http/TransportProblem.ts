/** Why an HTTP exchange failed, in the words of the innermost cause. */
import type { HttpClientError } from "effect/http"

/**
 * @example
 * describe(error) // => "connect ECONNREFUSED 127.0.0.1:7770"
 */
export const describe = (error: HttpClientError.HttpClientError): string =>
  ("cause" in error.reason ? describeCause(error.reason.cause) : undefined) ?? error.reason._tag

/** The same of the cause itself, if it says anything. */
export const describeCause = (cause: unknown): string | undefined => {
  const innermost = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  return innermost instanceof Error && innermost.message !== "" ? innermost.message : undefined
}

/** Errors of the system that are no matter of one exchange: the host, or the way to it, is away for now. */
export const hostAway = [
  "EAI_AGAIN",
  "ECONNREFUSED",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "ENETDOWN",
  "ENETUNREACH",
  "ETIMEDOUT"
] as const
