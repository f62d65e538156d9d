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

/** The changes after a moment, of some images or all, for ever. While the database is away there are none. */
export const since = (
  archive: Archive["Service"],
  moment: Moment,
  ids?: ReadonlyArray<ImageId>
): Stream.Stream<ImageEvent> => {
  const wanted = ids === undefined ? undefined : new Set(ids)
  const look = ({ from, looks }: Place): Effect.Effect<Sight> =>
    Effect.gen(function* () {
      const { every, maxLooks } = yield* Rhythm
      if (looks > 0) yield* Effect.sleep(every)
      const { changes, until } = yield* archive.changes(from, batch).pipe(
        Effect.tapError((error) => Effect.logDebug(error.message)),
        Effect.orElseSucceed(() => ({ changes: [], until: from }))
      )
      const told = changes.filter(({ imageId }) => wanted?.has(imageId) ?? true)
      if (told.length > 0) return { events: told.map(eventOf), until }
      return looks < maxLooks ? yield* look({ from: until, looks: looks + 1 }) : { events: [quiet(until)], until }
    })
  const found = Stream.paginate({ from: moment, looks: 0 }, (place) =>
    Effect.map(look(place), ({ events, until }) => [events, Option.some({ from: until, looks: 1 })] as const)
  )
  // The reader learns at once that it is connected, and where it is.
  return Stream.concat(Stream.make(quiet(moment)), found)
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
