/** Certificates made for one test by `openssl`. */
import { Effect } from "effect"
import * as NodeChildProcess from "node:child_process"
import * as NodeFs from "node:fs"
import * as NodeOs from "node:os"
import * as NodePath from "node:path"

/** A certificate and its key, as PEM, and where they are. */
export interface Issued {
  readonly certificate: string
  readonly key: string
  readonly paths: { readonly certificate: string; readonly key: string }
}

/** Somebody who vouches for servers. Nobody trusts it unless told to trust the certificate at `path`. */
export interface Authority {
  readonly path: string
  readonly certificate: string
  /** A certificate of a server with these subject alternative names. `days` of validity: with 0 it has expired. */
  readonly issue: (names: ReadonlyArray<string>, options?: { readonly days?: number }) => Issued
}

/** A new authority, whose files are deleted with the scope. */
export const authority = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => NodeFs.mkdtempSync(NodePath.join(NodeOs.tmpdir(), "windmill-certificates-"))),
    (path) => Effect.sync(() => NodeFs.rmSync(path, { recursive: true, force: true }))
  ),
  (folder): Authority => {
    const path = (name: string) => NodePath.join(folder, name)
    const openssl = (...args: ReadonlyArray<string>) =>
      NodeChildProcess.execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] })
    const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", ...newKey, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=An authority of a test")
    let issued = 0
    return {
      path: path("ca.pem"),
      certificate: NodeFs.readFileSync(path("ca.pem"), "utf8"),
      issue: (names, { days = 1 } = {}) => {
        const [certificate, key] = [`server${++issued}.pem`, `server${issued}.key`]
        NodeFs.writeFileSync(path("extensions"), `subjectAltName=${names.join(",")}`)
        openssl("req", ...newKey, "-keyout", key, "-out", "request", "-subj", "/CN=A server of a test")
        const signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "extensions"]
        openssl("x509", "-req", "-in", "request", ...signed, "-days", String(days), "-out", certificate)
        return {
          certificate: NodeFs.readFileSync(path(certificate), "utf8"),
          key: NodeFs.readFileSync(path(key), "utf8"),
          paths: { certificate: path(certificate), key: path(key) }
        }
      }
    }
  }
)
