/** Storage that speaks S3, of a test's own: s3rver, brought by npm when it is first needed. */
import * as S3 from "@aws-sdk/client-s3"
import { ConfigProvider, Effect } from "effect"
import * as NodeChildProcess from "node:child_process"
import * as NodeFs from "node:fs"
import { createRequire } from "node:module"
import * as NodePath from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import type { StoredObject } from "../../src/domain/StoredObject.ts"
import * as Folders from "./Folders.ts"

const execFile = promisify(NodeChildProcess.execFile)

const version = "3.7.1"

interface Server {
  readonly run: () => Promise<{ readonly port: number }>
  readonly close: () => Promise<void>
}

const load = async (): Promise<new (options: object) => Server> => {
  const prefix = fileURLToPath(new URL(`../../node_modules/.cache/s3rver-${version}`, import.meta.url))
  if (!NodeFs.existsSync(`${prefix}/node_modules/s3rver`)) {
    NodeFs.mkdirSync(NodePath.dirname(prefix), { recursive: true })
    // Whole or not at all: several tests may want it at once.
    const made = NodeFs.mkdtempSync(`${prefix}-`)
    const quiet = ["--no-audit", "--no-fund", "--no-save"]
    await execFile("npm", ["install", ...quiet, "--prefix", made, `s3rver@${version}`])
    if (NodeFs.existsSync(prefix)) NodeFs.rmSync(made, { recursive: true })
    else NodeFs.renameSync(made, prefix)
  }
  return createRequire(`${prefix}/`)("s3rver") as new (options: object) => Server
}

/** Serves empty buckets until the scope closes; the variables of whoever may read them. */
export const serve = (...buckets: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const directory = yield* Folders.temporary
    const { port } = yield* Effect.acquireRelease(
      Effect.promise(async () => {
        const server = new (await load())({
          port: 0,
          address: "127.0.0.1",
          directory,
          silent: true,
          configureBuckets: buckets.map((name) => ({ name }))
        })
        return { server, ...(await server.run()) }
      }),
      ({ server }) => Effect.promise(() => server.close())
    )
    return {
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: "S3RVER",
      AWS_SECRET_ACCESS_KEY: "S3RVER"
    }
  })

/** Puts an object into a bucket of the server. */
export const put = (variables: Effect.Success<ReturnType<typeof serve>>, object: StoredObject, bytes: Uint8Array) =>
  Effect.promise(async () => {
    const client = new S3.S3Client({
      endpoint: variables.AWS_ENDPOINT_URL_S3,
      region: "us-east-1",
      forcePathStyle: true,
      credentials: { accessKeyId: variables.AWS_ACCESS_KEY_ID, secretAccessKey: variables.AWS_SECRET_ACCESS_KEY }
    })
    await client.send(new S3.PutObjectCommand({ Bucket: object.bucket, Key: object.key, Body: bytes }))
    client.destroy()
  })

/** The environment of a program that has these variables, and no others. */
export const environment = (variables: Readonly<Record<string, string>>) =>
  ConfigProvider.layer(ConfigProvider.fromEnv({ env: variables }))
