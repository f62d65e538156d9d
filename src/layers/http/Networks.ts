/** Addresses of the public internet, and those that are something else. */
import { Result } from "effect"
import * as NodeNet from "node:net"

/**
 * Networks that are not the public internet: this host, private and shared ones, link-local ones with the metadata services
 * of clouds, documentation, multicast, reserved.
 *
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 */
const special4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/3"
]

/**
 * Of IPv6 only `2000::/3` is assigned for public use. Some of it is special, and some carries an IPv4 address inside, which
 * a gateway may unwrap.
 *
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const public6 = ["2000::/3"]
const special6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"]

/** Networks as a value that can be asked. */
export type Networks = NodeNet.BlockList

/** Reads networks as `10.0.0.0/8`, or single addresses. A failure is the first that is none. */
export const parse = (networks: ReadonlyArray<string>): Result.Result<Networks, string> => {
  const list = new NodeNet.BlockList()
  for (const network of networks) {
    const [address = "", length, ...rest] = network.split("/")
    const version = NodeNet.isIP(address)
    const bits = length === undefined ? (version === 4 ? 32 : 128) : Number(length)
    const isNetwork = version !== 0 && rest.length === 0 && /^\d+$/.test(length ?? "0")
    if (!isNetwork || bits > (version === 4 ? 32 : 128)) return Result.fail(network)
    list.addSubnet(address, bits, version === 4 ? "ipv4" : "ipv6")
  }
  return Result.succeed(list)
}

const special4List = Result.getOrThrow(parse(special4))
const public6List = Result.getOrThrow(parse(public6))
const special6List = Result.getOrThrow(parse(special6))

/** Whether an address is of the public internet, or of a network that is allowed besides. Anything that is no address is not. */
export const isAllowed = (address: string, allowed: Networks): boolean => {
  const plain = unmapped(address)
  switch (NodeNet.isIP(plain)) {
    case 4:
      return allowed.check(plain, "ipv4") || !special4List.check(plain, "ipv4")
    case 6:
      return allowed.check(plain, "ipv6") || (public6List.check(plain, "ipv6") && !special6List.check(plain, "ipv6"))
    default:
      return false
  }
}

/** The IPv4 address in an IPv4-mapped IPv6 one (`::ffff:10.0.0.1`, `::ffff:a00:1`). */
const unmapped = (address: string): string => {
  if (NodeNet.isIP(address) !== 6) return address
  const mapped = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(
    new URL(`http://[${address.split("%")[0]}]`).hostname
  )
  if (mapped === null) return address
  const [high, low] = [Number.parseInt(mapped[1]!, 16), Number.parseInt(mapped[2]!, 16)]
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
}
