/** Commands that begin an operation: they say how much it is, ask, and show how far it is until it ends. */
import { Clock, Console, Deferred, Effect, Layer, Option, Schedule, Schema, Stream } from "effect"
import { Flag } from "effect/cli"
import { type Operation, Request, unitOf, words } from "../domain/Operation.ts"
import * as Wording from "../domain/Wording.ts"
import * as Confirm from "./Confirm.ts"
import * as Distributed from "./Distributed.ts"
import * as Operate from "./flows/Operate.ts"
import * as ImageSelection from "./ImageSelection.ts"
import * as Settings from "./Settings.ts"
import * as OperationText from "./views/OperationText.ts"
import * as Watched from "./Watched.ts"

/** Which images are meant. */
export const which = {
  group: Settings.group.pipe(Flag.withDescription("Only images of this group")),
  idsFile: Settings.imageIdsFile.pipe(
    Flag.withDescription("Only the images whose ids are in this file, one on each line")
  )
}

/** Until when what is meant became known or was answered. Which of the two, the command describes. */
export const before = Flag.Date("before").pipe(Flag.withMetavar("date"), Flag.optional)

/** How the operation is begun. */
export const how = {
  yes: Confirm.yes,
  dryRun: Settings.dryRun,
  detach: Flag.Boolean("detach").pipe(
    Flag.withDescription("Begin it and end; windmill operations shows how far it is"),
    Flag.withDefault(false)
  ),
  config: Settings.config,
  ...Watched.flags
}

interface Options {
  readonly group: Option.Option<string>
  readonly idsFile: Option.Option<string>
  readonly before?: Option.Option<Date>
  readonly yes: boolean
  readonly dryRun: boolean
  readonly detach: boolean
}

/** Begins the operation with what the flags say besides, once a person has said yes, and shows how far it is. */
export const run = Effect.fnUntraced(function* (
  own: { readonly kind: Request["kind"] } & Readonly<Record<string, unknown>>,
  { before = Option.none(), detach, dryRun, group, idsFile, yes }: Options
) {
  const ids = Option.isSome(idsFile) ? yield* Stream.runCollect(ImageSelection.listed(idsFile.value)) : undefined
  if (ids?.length === 0) {
    return yield* new Settings.BadSetting({
      detail: `--image-ids-file ${Option.getOrThrow(idsFile)} names no image: put the id of one on each line`
    })
  }
  const request = yield* Effect.mapError(
    decode({
      ...own,
      ...(Option.isSome(before) ? { before: before.value } : {}),
      ...(Option.isSome(group) ? { group: group.value } : {}),
      ...(ids === undefined ? {} : { ids })
    }),
    ({ message }) => new Settings.BadSetting({ detail: message })
  )
  const count = yield* Operate.count(request)
  const amount = Wording.count(count, unitOf(request))
  if (dryRun) return yield* Console.log(`Would ${words(request)}: ${amount}`)
  if (count === 0) return yield* Console.log("There is nothing to do.")
  const deed = words(request)
  if (!yes && !(yield* Confirm.isConfirmed(`${deed[0]!.toUpperCase()}${deed.slice(1)}: ${amount}`))) return
  const begun = yield* Operate.begin(request, Settings.person)
  yield* Console.log(`Operation ${begun.id}: ${deed}`)
  if (!detach) yield* follow(begun)
})

const decode = Schema.decodeUnknownEffect(Schema.toType(Request))

/** Works on operations, for there may be no other program that does, and shows this one until it has ended. */
const follow = ({ id }: Operation) =>
  Effect.gen(function* () {
    const stop = yield* Deferred.make<void>()
    yield* Effect.forkScoped(Stream.runDrain(Operate.operate({ stop })))
    let shown = yield* Clock.currentTimeMillis
    const look = Effect.gen(function* () {
      const operation = yield* Operate.find(id)
      const now = yield* Clock.currentTimeMillis
      if (operation.state === "running" && now - shown >= 2000) {
        shown = now
        yield* Console.error(OperationText.progress(operation))
      }
      return operation
    })
    const ended = yield* Effect.repeat(look, {
      until: ({ state }) => state !== "running",
      schedule: Schedule.spaced("250 millis")
    })
    yield* Deferred.succeed(stop, undefined)
    yield* Console.log(OperationText.ending(ended))
  }).pipe(
    Effect.scoped,
    Effect.onInterrupt(() =>
      Console.error(`Operation ${id} goes on while a postprocessor runs. windmill operations stop ${id} stops it.`)
    )
  )

/** What these commands have around them. */
export const surroundings = ({ config }: { readonly config: Option.Option<string> }) =>
  Watched.vitals.pipe(Layer.provideMerge(Distributed.servers), Layer.provideMerge(Distributed.catalog(config)))
