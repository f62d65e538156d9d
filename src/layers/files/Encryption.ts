/** Encryption of the connections to the broker and the database: how it is chosen, and what to mend when it fails. */
import { Config, Effect, Option, Schema } from "effect"
import * as NodeFs from "node:fs"

/** In libpq's words: `require` encrypts, `verify-full` also checks who answers. Those that may not encrypt are left out. */
export const modes = ["disable", "require", "verify-full"] as const

export type Mode = (typeof modes)[number]

/** What `tls.connect` is told. `ca` is trusted instead of the authorities that Node knows. */
export interface Encryption {
  readonly rejectUnauthorized: boolean
  readonly ca?: string
}

/** The file of the authority to trust cannot be used. */
export class AuthorityError extends Schema.TaggedError<AuthorityError>()("AuthorityError", {
  variable: Schema.String,
  cause: Schema.Defect()
}) {
  override get message() {
    return `${this.variable} cannot be read: ${String(this.cause)}`
  }
}

/**
 * What `<prefix>_SSLMODE` and `<prefix>_SSLROOTCERT` say; without the former, what the URL says, if anything. An authority
 * alone means `verify-full`. `false`: not to be encrypted; `undefined`: not said.
 */
export const fromEnvironment = Effect.fnUntraced(function* (prefix: "QUEUE" | "DB", inUrl: Mode | undefined) {
  const variable = `${prefix}_SSLROOTCERT`
  const authority = yield* Config.option(Config.NonEmptyString(variable))
  const chosen = yield* Config.option(Config.Literals(modes, `${prefix}_SSLMODE`))
  const mode = Option.getOrElse(chosen, () => inUrl ?? (Option.isSome(authority) ? "verify-full" : undefined))
  if (mode === undefined) return undefined
  if (mode === "disable") return false
  const rejectUnauthorized = mode === "verify-full"
  const encryption: Encryption = Option.isNone(authority)
    ? { rejectUnauthorized }
    : { rejectUnauthorized, ca: yield* readCertificate(variable, authority.value) }
  return encryption
})

const readCertificate = (variable: string, path: string) =>
  Effect.try({
    try: () => {
      const text = NodeFs.readFileSync(path, "utf8")
      // `tls` says nothing of a file without certificates, and then trusts no server.
      if (!/-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/.test(text)) throw new Error(`no certificate (PEM) in ${path}`)
      return text
    },
    catch: (cause) => new AuthorityError({ variable, cause })
  })

/** A server, as people know it, and the variables that say where it is. */
export interface Server {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly prefix: "QUEUE" | "DB"
  readonly url: string
}

/**
 * Whether a connection failed because the server's certificate was refused: what is wrong with it, and the remedy.
 *
 * @example
 * refusalOf(cause, server) // => "RabbitMQ at 10.0.0.1:5671 has a certificate for DNS:broker, not for this host. …"
 */
export const refusalOf = (cause: unknown, { host, name, port, prefix, url }: Server): string | undefined => {
  if (!(cause instanceof Error) || !("code" in cause)) return undefined
  const place = `${name} at ${host}:${port}`
  switch (cause.code) {
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return (
        `${place} has a certificate for ${namesIn(cause)}, not for this host. Correct ${prefix}_HOST or the host of ${url}, ` +
        `or give the server a certificate for ${host}.`
      )
    case "CERT_HAS_EXPIRED":
    case "CERT_NOT_YET_VALID":
      return `${place} has a certificate that does not hold now (${cause.message}). Renew it, or set the clock of this machine.`
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "CERT_SIGNATURE_FAILURE":
    case "CERT_CHAIN_TOO_LONG":
    case "CERT_REVOKED":
    case "CERT_UNTRUSTED":
    case "CERT_REJECTED":
    case "INVALID_CA":
    case "INVALID_PURPOSE":
    case "PATH_LENGTH_EXCEEDED":
      return (
        `${place} has a certificate that no trusted authority vouches for (${cause.message}). ` +
        `Set ${prefix}_SSLROOTCERT to the certificate of the authority that signed it.`
      )
    default:
      return undefined
  }
}

/** The names that the certificate is for. */
const namesIn = (refusal: Error & { readonly cert?: { readonly subjectaltname?: string } }): string =>
  refusal.cert?.subjectaltname ?? "no host at all"
