/** Names and addresses under which this machine is reached. */
import * as NodeNet from "node:net"

/** Whether a name or address means this machine itself, so that no other reaches it. */
export const isLoopback = (host: string): boolean => {
  const plain = host.replace(/^\[|\]$/g, "").toLowerCase()
  return plain === "localhost" || plain === "::1" || (NodeNet.isIPv4(plain) && plain.startsWith("127."))
}

/** The name in a `Host` header, without its port; `undefined` when there is none. */
export const nameOf = (header: string | undefined): string | undefined =>
  header !== undefined && URL.canParse(`http://${header}`) ? new URL(`http://${header}`).hostname : undefined
