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

/**
 * Who may have an address: of IPv6 the network of 64 bits, in which one machine can take as many addresses as it likes.
 *
 * @example
 * holderOf("2001:db8::1:2:3:4") // => "2001:db8:0:0::/64"
 * holderOf("::ffff:192.0.2.1") // => "192.0.2.1"
 *
 * @see https://www.rfc-editor.org/rfc/rfc4291#section-2.5.4
 */
export const holderOf = (address: string): string => {
  const [, mapped] = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address) ?? []
  if (mapped !== undefined) return mapped
  if (!NodeNet.isIPv6(address)) return address
  const [before = [], after = []] = address
    .split("::")
    .map((groups) => (groups === "" ? [] : groups.replace(/\d+(\.\d+){3}/, "0:0").split(":")))
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0")
  const network = [...before, ...zeros, ...after].slice(0, 4)
  return `${network.map((group) => parseInt(group, 16).toString(16)).join(":")}::/64`
}
