/**
 * Keys to kept pictures, from a secret that is in the database.
 *
 * A key is SHA-256 of the secret and the hash. Hashes have one length, so none can be lengthened to another (which is what
 * HMAC is for), and the database can compute keys, too.
 */
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as NodeCrypto from "node:crypto"
import type { ContentHash } from "../../domain/Identifiers.ts"
import { PictureLinks } from "../../services/PictureLinks.ts"
import * as Migrations from "./Migrations.ts"

export const layer = Layer.effect(
  PictureLinks,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const [row] = yield* sql<{ secret: Uint8Array }>`SELECT secret FROM secrets WHERE name = 'pictures'`
    const digest = (hash: ContentHash) => NodeCrypto.createHash("sha256").update(row!.secret).update(hash).digest()
    return PictureLinks.of({
      keyOf: (hash) => Effect.sync(() => digest(hash).toString("hex")),
      isKeyOf: (hash, key) =>
        Effect.sync(
          () => /^[0-9a-f]{64}$/.test(key) && NodeCrypto.timingSafeEqual(digest(hash), Buffer.from(key, "hex"))
        )
    })
  })
).pipe(Layer.provide(Migrations.layer))
