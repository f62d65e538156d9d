/**
 * Connections to the public internet only.
 *
 * The address is checked when it is dialed, not before: between two look-ups of a name its address may change, and the name
 * that a redirect gives has never been looked at. Every address that a name resolves to must be allowed.
 */
import { Effect } from "effect"
import * as NodeDns from "node:dns"
import * as NodeHttp from "node:http"
import * as NodeHttps from "node:https"
import * as NodeNet from "node:net"
import type * as NodeStream from "node:stream"
import * as Networks from "./Networks.ts"

/** An address that is not dialed. */
export class AddressRefused extends Error {
  override readonly name = "AddressRefused"
  constructor(readonly address: string) {
    super(`${address} is not an address of the public internet`)
  }
}

/** Agents for one scope that refuse what is neither public nor `allowed`. */
export const make = (allowed: Networks.Networks) =>
  Effect.acquireRelease(
    Effect.sync(() => ({ http: guard(new NodeHttp.Agent(), allowed), https: guard(new NodeHttps.Agent(), allowed) })),
    ({ http, https }) =>
      Effect.sync(() => {
        http.destroy()
        https.destroy()
      })
  )

type Connected = (error: Error | null, stream: NodeStream.Duplex) => void

const guard = <Agent extends NodeHttp.Agent>(agent: Agent, allowed: Networks.Networks): Agent => {
  const connect = agent.createConnection.bind(agent)
  agent.createConnection = (options: NodeHttp.ClientRequestArgs, connected?: Connected) => {
    const host = (options.host ?? "").replace(/^\[|\]$/g, "")
    // A literal address is dialed without a look-up.
    if (NodeNet.isIP(host) !== 0 && !Networks.isAllowed(host, allowed)) {
      connected?.(refused(host), undefined as never)
      return undefined
    }
    return connect({ ...options, lookup: lookup(allowed) }, connected)
  }
  return agent
}

/** Looks a name up as the system does, and fails when any of its addresses is refused. */
const lookup =
  (allowed: Networks.Networks): NodeNet.LookupFunction =>
  (hostname, options, found) => {
    NodeDns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return found(error, "")
      const other = addresses.find(({ address }) => !Networks.isAllowed(address, allowed))
      if (other !== undefined) return found(refused(other.address), "")
      return options.all === true
        ? found(null, addresses)
        : found(null, addresses[0]?.address ?? "", addresses[0]?.family)
    })
  }

const refused = (address: string) => new AddressRefused(address)
