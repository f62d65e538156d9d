/** The images, newest first, with what was found drawn on them; live. */
import { useSignal } from "@preact/signals"
import { useEffect } from "preact/hooks"
import type { ImageFilter } from "../../domain/archive/ImageFilter.ts"
import type { ImageId } from "../../domain/Identifiers.ts"
import { useChanges } from "../Changes.ts"
import { api, send } from "../Client.ts"
import { Empty, Problem } from "../parts/Empty.tsx"
import { Export } from "./Export.tsx"
import { FilterForm } from "./FilterForm.tsx"
import * as Filters from "./Filters.ts"
import * as Listing from "./Listing.ts"
import { Tile } from "./Tile.tsx"

/** Images that are asked for again at once. */
const batch = 100

const limit = 48

export const Images = ({ query }: { readonly query: URLSearchParams }) => {
  const filter = Filters.ofQuery(query)
  return (
    <>
      <h1>Images</h1>
      <FilterForm query={query} />
      {filter === undefined ? (
        <Empty title="There is no such filter">Correct it, or clear the filters.</Empty>
      ) : (
        <>
          <Export query={query} />
          <Grid key={query.toString()} filter={filter} />
        </>
      )}
    </>
  )
}

const Grid = ({ filter }: { readonly filter: ImageFilter }) => {
  const listing = useSignal<Listing.Listing | undefined>(undefined)
  const problem = useSignal<string | undefined>(undefined)
  const moment = useSignal<string | undefined>(undefined)

  const load = async (before?: number) => {
    try {
      const place = before === undefined ? {} : { before: before as ImageId }
      const page = await send(api.images.search({ query: { ...filter, ...place, limit } }))
      moment.value ??= page.moment
      listing.value = before === undefined || listing.value === undefined ? page : Listing.append(listing.value, page)
      problem.value = undefined
    } catch (error) {
      problem.value = (error as Error).message
    }
  }
  useEffect(() => void load(), [])

  const isOnPage = (id: number) => listing.value === undefined || Listing.isLoaded(listing.value, id)
  const refresh = async (ids: ReadonlyArray<number>) => {
    const page = await send(
      api.images.search({ query: { ...filter, ids: ids as ReadonlyArray<ImageId>, limit: batch } })
    )
    if (listing.value !== undefined) listing.value = Listing.update(listing.value, new Set(ids), page.images)
  }

  return (
    <>
      {moment.value !== undefined && <Follow since={moment.value} isOnPage={isOnPage} onChanges={refresh} />}
      <Problem problem={problem.value} />
      {listing.value?.images.length === 0 && (
        <Empty title="No image meets the filters">New ones appear here by themselves.</Empty>
      )}
      <ul class="grid">
        {listing.value?.images.map((image) => (
          <Tile key={image.id} image={image} />
        ))}
      </ul>
      {listing.value?.next !== undefined && (
        <p class="more-images">
          <button type="button" onClick={() => load(listing.value?.next)}>
            Show more
          </button>
        </p>
      )}
    </>
  )
}

/** Follows the changes since the first page was read. */
const Follow = ({
  isOnPage,
  onChanges,
  since
}: {
  readonly since: string
  /** Whether an image is in what has been loaded, or newer: of the others nothing is asked. */
  readonly isOnPage: (id: number) => boolean
  readonly onChanges: (ids: ReadonlyArray<number>) => Promise<void>
}) => {
  useChanges(since, (changed) => {
    const ids = [...changed].filter(isOnPage)
    for (let i = 0; i < ids.length; i += batch) {
      // What could not be read now comes with the next change of the image, or when the page is loaded again.
      void onChanges(ids.slice(i, i + batch)).catch(() => {})
    }
  })
  return null
}
