/** Sessions in PostgreSQL, so that every process that serves the API knows them. */
import { Duration, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as NodeCrypto from "node:crypto"
import { Sessions } from "../../services/Sessions.ts"
import { storeError } from "./Failures.ts"
import * as Migrations from "./Migrations.ts"

export const layer = Layer.effect(
  Sessions,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient

    const begin = Effect.fnUntraced(function* (token: string, lasts: Duration.Duration) {
      const secret = NodeCrypto.randomBytes(32).toString("base64url")
      yield* sql`DELETE FROM sessions WHERE expires <= now()`
      yield* sql`
        INSERT INTO sessions (secret_hash, token, expires)
        VALUES (${hash(secret)}, ${token}, now() + ${Duration.toSeconds(lasts)} * interval '1 second')`
      return secret
    })

    const tokenOf = Effect.fnUntraced(function* (secret: string) {
      const [row] = yield* sql<{ token: string }>`
        SELECT token FROM sessions WHERE secret_hash = ${hash(secret)} AND expires > now()`
      return row?.token
    })

    return Sessions.of({
      begin: Effect.fn("Sessions.begin")((token, lasts) => Effect.mapError(begin(token, lasts), storeError)),
      tokenOf: Effect.fn("Sessions.tokenOf")((secret) => Effect.mapError(tokenOf(secret), storeError)),
      end: Effect.fn("Sessions.end")((secret) =>
        Effect.mapError(Effect.asVoid(sql`DELETE FROM sessions WHERE secret_hash = ${hash(secret)}`), storeError)
      ),
      endAll: sql`DELETE FROM sessions RETURNING secret_hash`.pipe(
        Effect.map((rows) => rows.length),
        Effect.mapError(storeError),
        Effect.withSpan("Sessions.endAll")
      )
    })
  })
).pipe(Layer.provide(Migrations.layer))

const hash = (secret: string): string => NodeCrypto.createHash("sha256").update(secret).digest("hex")
