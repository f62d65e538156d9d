/** The variables that tell a program where the servers of a test are. */
import { Effect, Redacted } from "effect"
import * as PgDatabase from "../../src/layers/postgres/PgDatabase.ts"
import { Address } from "../../src/layers/rabbitmq/RabbitAddress.ts"

/** The address of the database of a test, for a program. */
export const databaseUrl = ({ database, url }: PgDatabase.Address["Service"]) => {
  const address = new URL(Redacted.value(url!))
  address.pathname = `/${database}`
  return address
}

/** `password`: that of the database, which a server that trusts its users ignores. */
export const make = Effect.fnUntraced(function* ({ password }: { readonly password?: string } = {}) {
  const rabbit = yield* Address
  const database = yield* PgDatabase.Address
  const postgres = databaseUrl(database)
  if (password !== undefined) postgres.password = password
  return {
    DATABASE_URL: postgres.href,
    QUEUE_HOST: rabbit.host,
    QUEUE_PORT: String(rabbit.port),
    QUEUE_USER: rabbit.username,
    QUEUE_PASSWORD: Redacted.value(rabbit.password),
    QUEUE_PREFIX: rabbit.queuePrefix
  }
})
