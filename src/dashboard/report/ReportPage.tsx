/** The frame of the report, and which of its pages is shown. */
import type { Report } from "../../domain/archive/Report.ts"
import { ImageView } from "../image/ImageView.tsx"
import { Neighbors } from "../image/Neighbors.tsx"
import { Tile } from "../images/Tile.tsx"
import { Keys } from "../Keys.tsx"
import { Pictures } from "../parts/Picture.ts"
import { Simulated } from "../parts/Simulated.tsx"
import { count } from "../parts/Words.ts"
import { route } from "../Route.ts"
import { href, imageHref, listOf } from "../Routes.ts"
import { useAddressed } from "../viewer/Addressed.ts"
import * as View from "../viewer/View.ts"
import windmill from "../windmill.svg"
import { imageOf, pictures } from "./Contents.ts"
import { RunSummary } from "./RunSummary.tsx"

export const ReportPage = ({ report }: { readonly report: Report }) => {
  const { path, query } = route.value
  const run = `Windmill: ${count(report.run.images, "image")}`
  document.title = path[1] === undefined ? run : `Image ${path[1]} · ${run}`
  return (
    <Pictures.Provider value={pictures}>
      <header class="top">
        <a class="brand" href={href("")}>
          <img src={windmill} alt="" width="26" height="26" />
          <span>Windmill</span>
        </a>
      </header>
      <main>
        {path[1] === undefined ? (
          <Front report={report} group={query.get("group") ?? undefined} />
        ) : (
          <ImageOfReport report={report} id={Number(path[1])} />
        )}
      </main>
      <Keys hasPages={false} />
    </Pictures.Provider>
  )
}

const Front = ({ group, report: { images, run } }: { readonly report: Report; readonly group: string | undefined }) => {
  const hidden = run.images - images.length
  return (
    <>
      <h1 class="unseen">The run</h1>
      <Simulated services={run.simulated} />
      <RunSummary run={run} agreed={images.reduce((sum, { findings }) => sum + findings.length, 0)} />
      <ul class="grid">
        {inGroup(images, group).map((image) => (
          <Tile key={image.id} image={image} />
        ))}
      </ul>
      <footer class="soft">
        {run.absent.map((sentence) => (
          <p key={sentence}>Not asked: {sentence}</p>
        ))}
        {hidden > 0 && (
          <p>
            {count(hidden, "more image")} {hidden === 1 ? "is" : "are"} in the database.
          </p>
        )}
        <p>
          Everything is in PostgreSQL: <code>{run.database}</code>
        </p>
      </footer>
    </>
  )
}

const ImageOfReport = ({ id, report: { images, workflow } }: { readonly report: Report; readonly id: number }) => {
  const list = listOf(route.value.query)
  const view = useAddressed(id, list)
  const found = imageOf(id)
  const listed = inGroup(images, list.get("group") ?? undefined)
  const place = listed.findIndex((image) => image.id === id)
  if (found === undefined) return <h1>There is no such image in this report</h1>
  const to = (at: number) => {
    const image = listed[at]
    return image === undefined ? undefined : imageHref(image.id, list, View.lasting(view))
  }
  return (
    <>
      <Neighbors
        list={href("", [...list])}
        previous={place < 0 ? undefined : to(place - 1)}
        next={to(place + 1)}
        place={`${place + 1} of ${listed.length}`}
      />
      <ImageView image={found.image} workflow={workflow} timeline={found.timeline} view={view} />
    </>
  )
}

const inGroup = (images: Report["images"], group: string | undefined) =>
  images.filter((image) => group === undefined || image.group === group)
