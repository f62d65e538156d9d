/**
 * The changes of images as a stream for one reader.
 *
 * The reader pulls: nothing is looked up, and nothing kept, before what was found last has been taken. A reader that stops
 * reading costs a suspended query; when it goes on it gets each changed image once.
 */
import { Context, type Duration, Effect, Option, Stream } from "effect"
import type { ImageId, Moment } from "../../domain/Identifiers.ts"
import type { Archive, ImageChange } from "../../services/Archive.ts"
import type { ImageEvent } from "./definition/Streams.ts"

/** How often there is a look for changes. */
export interface Rhythm {
  /** How long to wait between two looks. What happens to an image meanwhile is one event. */
  readonly every: Duration.Input
  /** Looks without any change until the reader is told so. */
  readonly maxLooks: number
}

export const Rhythm: Context.Reference<Rhythm> = Context.Reference("windmill/programs/api/ImageEvents/Rhythm", {
  defaultValue: (): Rhythm => ({ every: "500 millis", maxLooks: 30 })
})

/** Changes that are read at once. */
const batch = 500

/** Which changes are told; all when nothing is given. */
export interface Wanted {
  /** Those of these images. */
  readonly ids?: ReadonlyArray<ImageId>
  /** Those of images that are not among `ids`: one by one while a look finds at most so many, and then how many. */
  readonly others?: number
}

/** The changes after a moment, for ever. While the database is away there are none. */
export const since = (archive: Archive["Service"], moment: Moment, wanted: Wanted = {}): Stream.Stream<ImageEvent> => {
  const look = ({ from, looks }: Place): Effect.Effect<Sight> =>
    Effect.gen(function* () {
      const { every, maxLooks } = yield* Rhythm
      if (looks > 0) yield* Effect.sleep(every)
      const { changes, until } = yield* archive.changes(from, batch).pipe(
        Effect.tapError((error) => Effect.logDebug(error.message)),
        Effect.orElseSucceed(() => ({ changes: [], until: from }))
      )
      const events = told(changes, { from, until })
      if (events.length > 0) return { events, until }
      return looks < maxLooks ? yield* look({ from: until, looks: looks + 1 }) : { events: [quiet(until)], until }
    })
  const told = toldOf(wanted)
  const found = Stream.paginate({ from: moment, looks: 0 }, (place) =>
    Effect.map(look(place), ({ events, until }) => [events, Option.some({ from: until, looks: 1 })] as const)
  )
  // The reader learns at once that it is connected, and where it is.
  return Stream.concat(Stream.make(quiet(moment)), found)
}

/** What is told of the changes between two moments. */
const toldOf = ({ ids, others: most }: Wanted) => {
  const wanted = ids === undefined && most === undefined ? undefined : new Set(ids)
  return (
    changes: ReadonlyArray<ImageChange>,
    { from, until }: { readonly from: Moment; readonly until: Moment }
  ): ReadonlyArray<ImageEvent> => {
    const isOwn = ({ imageId }: ImageChange) => wanted?.has(imageId) ?? true
    const own = changes.filter(isOwn)
    const others = changes.filter((change) => !isOwn(change))
    if (most === undefined || others.length === 0) return own.map(eventOf)
    if (others.length <= most) return changes.map(eventOf)
    const deleted = others.filter(({ isDeleted }) => isDeleted).length
    const data = { changed: others.length - deleted, deleted }
    // Who resumes after it has yet to hear of those that follow it.
    return [{ id: own.length === 0 ? until : from, event: "others", data }, ...own.map(eventOf)]
  }
}

/** Where to look on, and how often nothing was found there. */
interface Place {
  readonly from: Moment
  readonly looks: number
}

interface Sight {
  readonly events: ReadonlyArray<ImageEvent>
  readonly until: Moment
}

const quiet = (moment: Moment): ImageEvent => ({ id: moment, event: "quiet", data: {} })

const eventOf = ({ imageId, isDeleted, moment }: ImageChange): ImageEvent => ({
  id: moment,
  event: isDeleted ? "deleted" : "changed",
  data: { imageId }
})
