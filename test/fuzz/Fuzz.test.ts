/** What reads strangers' bytes, under attack for a short time; `npm run fuzz` attacks it for longer. */
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Result, Schema, Stream } from "effect"
import { HttpServerRequest } from "effect/http"
import * as NodeFs from "node:fs"
import * as NodePath from "node:path"
import sharp from "sharp"
import type { Random } from "../../farm/simulated/Random.ts"
import { imageBox } from "../../src/domain/BoundingBox.ts"
import * as Derive from "../../src/domain/Derive.ts"
import type { Outcome } from "../../src/domain/Facts.ts"
import * as Strategies from "../../src/domain/harmonization/Strategies.ts"
import { HintJson, JobJson } from "../../src/domain/Messages.ts"
import * as Placement from "../../src/domain/protocol/Placement.ts"
import * as LenientJson from "../../src/domain/reply/LenientJson.ts"
import * as Reply from "../../src/domain/Reply.ts"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"
import * as Networks from "../../src/layers/http/Networks.ts"
import * as SharpCropper from "../../src/layers/pictures/SharpCropper.ts"
import { textPath, textWidth } from "../../src/layers/pictures/VectorText.ts"
import * as Columns from "../../src/layers/postgres/Columns.ts"
import * as PgDatabase from "../../src/layers/postgres/PgDatabase.ts"
import * as Envelope from "../../src/layers/rabbitmq/Envelope.ts"
import * as RabbitAddress from "../../src/layers/rabbitmq/RabbitAddress.ts"
import * as ApiSettings from "../../src/programs/api/ApiSettings.ts"
import * as Form from "../../src/programs/api/Form.ts"
import * as ImageFindings from "../../src/programs/views/ImageFindings.ts"
import * as OverlaySvg from "../../src/programs/views/OverlaySvg.ts"
import { Cropper } from "../../src/services/Cropper.ts"
import { ImageSource } from "../../src/services/ImageSource.ts"
import { factsOf } from "../support/Facts.ts"
import * as Floods from "../support/Floods.ts"
import * as ImageSources from "../support/ImageSources.ts"
import * as PictureFiles from "../support/PictureFiles.ts"
import * as ProtocolReplies from "../support/ProtocolReplies.ts"
import { imageOf } from "../support/Records.ts"
import { attack, timeout } from "./Attack.ts"
import * as Mutation from "./Mutation.ts"

type Some<A> = readonly [A, ...ReadonlyArray<A>]

const fixture = (path: string): Buffer => NodeFs.readFileSync(new URL(`../fixtures/${path}`, import.meta.url))

const utf8 = (text: string): Buffer => Buffer.from(text)

describe("pictures are taken in and cut", { timeout }, () => {
  it("whatever their bytes are", async () => {
    const turned = await Promise.all(PictureFiles.containers.map((container) => PictureFiles.turned(container, 6)))
    const [jpeg, png] = turned as [Buffer, Buffer]
    const gif = await sharp(png).gif().toBuffer()
    const exif = PictureFiles.exif([{ tag: 0x0112, value: 6 }])
    const seeds: Some<Buffer> = [
      ...(turned as [Buffer, ...ReadonlyArray<Buffer>]),
      gif,
      fixture("pictures/phone.heic"),
      utf8('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>'),
      PictureFiles.withSegments(jpeg, PictureFiles.segment(0xe1, "Exif\0\0", exif)),
      PictureFiles.withSegments(jpeg, PictureFiles.segment(0xe1, "Exif\0\0", PictureFiles.exifBomb(60_000))),
      PictureFiles.withChunks(png, [PictureFiles.chunk("eXIf", PictureFiles.exifBomb(1_000_000))]),
      PictureFiles.withChunks(
        png,
        Array.from({ length: 1000 }, () => PictureFiles.chunk("tEXt", Buffer.alloc(8)))
      ),
      PictureFiles.avifOfSizes(100_000)
    ]
    const folder = NodeFs.mkdtempSync(NodePath.join(import.meta.dirname, "pictures-"))
    const path = NodePath.join(folder, "picture")
    const takeIn = Effect.gen(function* () {
      const source = yield* ImageSource
      const cropper = yield* Cropper
      const image = yield* source.load({ filename: "picture", path })
      const cut = yield* cropper.open(image)
      yield* cut(imageBox({ x: 1, y: 1, width: image.width / 2, height: image.height }))
    }).pipe(
      Effect.scoped,
      // A refusal says why; anything else is a defect, and fails.
      Effect.catchTags({
        ImageSourceError: ({ message }) => Effect.sync(() => assert.isNotEmpty(message)),
        CropError: ({ message }) => Effect.sync(() => assert.isNotEmpty(message))
      }),
      Effect.provide([ImageSources.layer(), SharpCropper.layer])
    )
    try {
      await attack({
        name: "pictures",
        make: (random) => Mutation.bytes(random, seeds),
        run: (bytes) => {
          NodeFs.writeFileSync(path, bytes)
          return Effect.runPromise(takeIn)
        }
      })
    } finally {
      NodeFs.rmSync(folder, { recursive: true })
    }
  })
})

describe("replies are decoded, stored, derived from and drawn", { timeout }, () => {
  const kinds = ["spatial", "classification", "semantic", "specialized", "color", "metadata"] as const
  const wording = NodeFs.readdirSync(new URL("../fixtures/replies/", import.meta.url)).filter((name) =>
    name.endsWith(".json")
  )
  const replies = wording.map((name) => JSON.parse(fixture(`replies/${name}`).toString()) as unknown)
  const answers = ProtocolReplies.fixtures.map((name) => ({ name, bytes: ProtocolReplies.bytesOf(name) }))
  const picture = { width: 800, height: 600 }
  const lettering = { path: textPath, width: textWidth }

  const make = (random: Random): Buffer => {
    const way = random.integer(0, 9)
    if (way === 0) {
      const flood = Floods.replies[random.pick(Object.keys(Floods.replies) as unknown as Some<string>)]!
      return utf8(JSON.stringify(flood(100_000)))
    }
    if (way === 1)
      return Mutation.bytes(random, replies.map((reply) => utf8(JSON.stringify(reply))) as unknown as Some<Buffer>)
    if (way === 2) return Mutation.bytes(random, answers.map(({ bytes }) => bytes) as unknown as Some<Uint8Array>)
    return utf8(JSON.stringify(Mutation.json(random, replies as unknown as Some<unknown>)) ?? "")
  }

  /** Between the steps the program does other things, too. */
  const pause = () => new Promise((resume) => setImmediate(resume))

  const run = async (bytes: Uint8Array) => {
    for (const { name } of answers) {
      const { encoding, kind, protocol } = ProtocolReplies.readerOf(name)
      const translated = protocol.reply({ headers: {}, bytes }, { kind, picture: ProtocolReplies.picture })
      if (Result.isSuccess(translated)) Placement.place(translated.success, { encoding, sent: picture, picture })
      await pause()
    }
    const service = ServiceCatalog.get(ServiceCatalog.standard, "yolov8" as never)
    const read = LenientJson.parse(Buffer.from(bytes).toString())
    await pause()
    if (read === undefined) return
    Placement.check(read as never, picture, service.kind)
    await pause()
    for (const kind of kinds) {
      Reply.decode(read, kind)
      await pause()
    }
    const stored = Result.try(() => Columns.json(read))
    await pause()
    // One that cannot be written is a failed answer.
    if (Result.isFailure(stored)) return
    assert.notMatch(stored.success, /[^\\](?:\\\\)*\\u0000/)
    const outcome: Outcome = { _tag: "Success", data: read as never }
    const facts = factsOf({ yolov8: outcome, rtdetr: outcome, blip: outcome, ocr: outcome, face: outcome })
    await pause()
    const observation = Derive.observe(facts, ServiceCatalog.standard)
    await pause()
    const { boxes } = Derive.boxes(observation, Strategies.defaultStrategy)
    await pause()
    const consensus = Derive.consensus(observation, Strategies.defaultStrategy)
    await pause()
    const image = imageOf(facts, "beach-01.jpg", 1, { boxes, consensus })
    const findings = ImageFindings.of(image, ServiceCatalog.standard, picture)
    await pause()
    OverlaySvg.draw(findings, picture, lettering)
  }

  it("whatever they say", () => attack({ name: "replies", make, run }))
})

describe("forms are read", { timeout }, () => {
  const boundary = "----windmill"
  const part = (headers: string, content: string) => `--${boundary}\r\n${headers}\r\n\r\n${content}\r\n`
  const group = part('Content-Disposition: form-data; name="group"', "a batch")
  const file = part(
    'Content-Disposition: form-data; name="file"; filename="a.jpg"\r\nContent-Type: image/jpeg',
    "bytes"
  )
  const end = `--${boundary}--\r\n`
  const seeds = [
    group + file + end,
    file + group + end,
    part("Content-Disposition: form-data", "x").repeat(3) + end,
    part(`Content-Disposition: form-data; name="file"; filename*=utf-8''%e2%82%ac`, "x") + end,
    part("X: y\r\n".repeat(90) + 'Content-Disposition: form-data; name="services"', "all") + end
  ].map(utf8) as unknown as Some<Buffer>

  const read = (bytes: Uint8Array) => {
    const pieces = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, i) =>
      bytes.subarray(i * 65_536, (i + 1) * 65_536)
    )
    const request = HttpServerRequest.fromWeb(
      new Request("http://localhost/images", {
        method: "POST",
        headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
        body: ReadableStream.from(pieces),
        duplex: "half"
      } as RequestInit)
    )
    return Stream.runForEach(Form.parts, (part) =>
      part._tag === "File" ? Stream.runDrain(Form.contentOf(part)) : Effect.void
    ).pipe(
      Effect.mapError(Form.problemOf),
      Effect.result,
      Effect.tap((result) => Effect.sync(() => Result.isFailure(result) && assert.isNotEmpty(result.failure.detail))),
      Effect.provideService(HttpServerRequest.HttpServerRequest, request),
      Effect.runPromise
    )
  }

  it("whatever their parts are", () =>
    attack({ name: "forms", make: (random) => Mutation.bytes(random, seeds), run: read }))
})

describe("messages are read and sent on", { timeout }, () => {
  const job = { version: 1, image_id: 7, service: "clip", image: { filename: "a.jpg", path: "/pictures/a.jpg" } }
  const headers = {
    text: "b",
    "x-windmill-attempt": 3,
    "x-windmill-reason": "unavailable",
    "x-windmill-published": "1700000000000",
    "x-delivery-count": 2,
    "x-death": [{ queue: "q", reason: "expired", count: 1 }],
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    table: { a: { b: [1, "two", { "!": "timestamp", value: 5 }] } }
  }
  const decodeJob = Schema.decodeUnknownResult(JobJson)
  const decodeHint = Schema.decodeUnknownResult(HintJson)

  /** As much as fits into the frame that carries the headers of a message. */
  const most = 131_072

  const make = (random: Random): Buffer => {
    const changed = Mutation.json(random, [headers])
    return utf8(
      JSON.stringify({
        headers: JSON.stringify(changed).length > most ? headers : changed,
        body: random.chance(0.5)
          ? JSON.stringify(Mutation.json(random, [job]))
          : Mutation.bytes(random, [utf8(JSON.stringify(job))]).toString("latin1")
      })
    )
  }

  const run = (bytes: Uint8Array) => {
    const { body = "", headers } = JSON.parse(Buffer.from(bytes).toString()) as { body?: string; headers: unknown }
    const table = typeof headers === "object" && headers !== null && !Array.isArray(headers) ? headers : {}
    const message = { content: Buffer.from(body, "latin1"), fields: {}, properties: { headers: table } } as never
    const envelope = Envelope.read(message)
    for (const result of [decodeJob(envelope.body), decodeHint(envelope.body)]) {
      if (Result.isFailure(result)) assert.isBelow(result.failure.message.length, 100_000)
    }
    const again = Envelope.again(
      message,
      "q",
      { exchange: "", routingKey: "q" },
      { attempt: 2, reason: envelope.reason }
    )
    assert.isBelow(JSON.stringify(again.headers).length, 1_000_000)
  }

  it("whatever their bodies and headers are", () => attack({ name: "messages", make, run }))
})

describe("settings are read", { timeout }, () => {
  const catalog = JSON.parse(
    NodeFs.readFileSync(new URL("../../deploy/compose/service_config.json", import.meta.url), "utf8")
  ) as unknown
  const own = {
    services: {
      mine: {
        url: "https://[::1]:8000/v2",
        api: "ollama",
        options: { model: "llava" },
        timeout: "30 seconds",
        trust: 0.5
      },
      other: {
        host: "h",
        port: 1,
        kind: "spatial",
        labels: { keep: ["dog"] },
        boxes: { form: "xyxy", unit: "normalized" }
      }
    }
  }
  const environment = {
    DATABASE_URL: "postgres://u:p@db:5432/w?sslmode=require",
    AMQP_URL: "amqp://u:p@mq:5672/v",
    API_TOKEN: "a token of many letters",
    API_READ_TOKEN: "another token of letters",
    API_PUBLIC_URL: "https://windmill.example",
    QUEUE_HEARTBEAT: "10 seconds",
    DB_POOL_SIZE: "10",
    NETWORKS: "10.0.0.0/8,::1",
    HARMONIZATION: '{"name":"quorum","options":{}}'
  }

  /** Bytes of settings: whoever runs windmill writes them, and means well. */
  const most = 262_144

  const make = (random: Random): Buffer => {
    const made = utf8(
      JSON.stringify({
        catalog: Mutation.json(random, [catalog, own]),
        environment: Mutation.json(random, [environment])
      })
    )
    return made.length > most ? make(random) : made
  }

  /** A refusal; a defect would be thrown on. */
  const refused = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.asVoid(Effect.result(effect))

  const run = (bytes: Uint8Array) => {
    const { catalog, environment } = JSON.parse(Buffer.from(bytes).toString()) as {
      catalog?: unknown
      environment?: unknown
    }
    const decoded = ServiceCatalog.decode(catalog)
    if (Result.isSuccess(decoded)) {
      for (const service of decoded.success) ServiceCatalog.analyzeUrl(service)
      Derive.keys(Strategies.defaultStrategy, decoded.success)
    } else for (const { message } of decoded.failure) assert.isNotEmpty(message)
    const env = Object.fromEntries(
      Object.entries(typeof environment === "object" && environment !== null ? environment : {}).map(
        ([name, value]) => [name, typeof value === "string" ? value : (JSON.stringify(value) ?? "")]
      )
    )
    Networks.parse((env["NETWORKS"] ?? "").split(","))
    Strategies.fromConfig(env["HARMONIZATION"])
    const api = ApiSettings.layer({
      host: "0.0.0.0",
      port: 0,
      dashboard: "",
      sharesFiles: true,
      absent: [],
      strategy: Strategies.defaultStrategy
    })
    return Effect.runPromise(
      Effect.all([
        refused(Effect.provide(ApiSettings.ApiSettings, api)),
        refused(Effect.provide(PgDatabase.Address, PgDatabase.addressFromEnvironment)),
        refused(Effect.provide(RabbitAddress.Address, RabbitAddress.addressFromEnvironment))
      ]).pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env }))))
    )
  }

  it("whatever they are", () => attack({ name: "settings", make, run }))
})
