/** The frame of the report, and which of its pages is shown. */
import type { Report } from "../../domain/archive/Report.ts"
import { ImageView } from "../image/ImageView.tsx"
import { Tile } from "../images/Tile.tsx"
import { Empty } from "../parts/Empty.tsx"
import { Pictures } from "../parts/Picture.ts"
import { Simulated } from "../parts/Simulated.tsx"
import { count } from "../parts/Words.ts"
import { route } from "../Route.ts"
import { href, imageHref } from "../Routes.ts"
import windmill from "../windmill.svg"
import { imageOf, pictures } from "./Contents.ts"
import { RunSummary } from "./RunSummary.tsx"

export const ReportPage = ({ report }: { readonly report: Report }) => {
  const { path, query } = route.value
  document.title = `Windmill: ${count(report.run.images, "image")}`
  return (
    <Pictures.Provider value={pictures}>
      <header class="top">
        <a class="brand" href={href("")}>
          <img src={windmill} alt="" width="26" height="26" />
          <span>Windmill</span>
        </a>
        {report.run.simulated && <Simulated />}
      </header>
      <main>
        {path[1] === undefined ? (
          <Front report={report} group={query.get("group") ?? undefined} />
        ) : (
          <ImageOfReport key={path[1]} report={report} id={Number(path[1])} />
        )}
      </main>
    </Pictures.Provider>
  )
}

const Front = ({ group, report: { images, run } }: { readonly report: Report; readonly group: string | undefined }) => {
  const hidden = run.images - images.length
  return (
    <>
      <RunSummary run={run} agreed={images.reduce((sum, { findings }) => sum + findings.length, 0)} />
      <ul class="grid">
        {images
          .filter((image) => group === undefined || image.group === group)
          .map((image) => (
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
  const found = imageOf(id)
  const place = images.findIndex((image) => image.id === id)
  if (found === undefined) return <Empty title="There is no such image in this report" />
  const to = (at: number, words: string) => {
    const image = images[at]
    return image === undefined ? (
      <span class="soft">{words}</span>
    ) : (
      <a href={imageHref(image.id)} title={image.filename}>
        {words}
      </a>
    )
  }
  return (
    <>
      <nav class="neighbors" aria-label="Images">
        <a href={href("")}>All images</a>
        {to(place - 1, "← Previous")}
        <span class="soft">
          {place + 1} of {images.length}
        </span>
        {to(place + 1, "Next →")}
      </nav>
      <ImageView image={found.image} workflow={workflow} timeline={found.timeline} />
    </>
  )
}
