/**
 * A run as one HTML file that needs nothing else: pictures, style and script are in it.
 *
 * Everything that came from outside is text to it. The Content-Security-Policy says so to the browser once more: nothing is
 * loaded from anywhere, and no script runs but the report's own.
 */
import type { ImageId } from "../../domain/Identifiers.ts"
import { count, grouped, seconds } from "../../domain/Wording.ts"
import type { Progress } from "../../services/ResultStore.ts"
import { type Markup, markup, trusted } from "./Markup.ts"
import { section } from "./ReportImage.ts"
import type { Picture } from "./ReportPicture.ts"
import { script, scriptHash } from "./ReportScript.ts"
import { style } from "./ReportStyle.ts"
import { type Run, serviceTotals } from "./Run.ts"

/** The report on a run. `pictures` are the images, scaled down; an image without one is shown without. */
export const render = (run: Run, pictures: ReadonlyMap<ImageId, Picture>): string => {
  const hidden = run.progress.images - run.images.length
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src '${trusted(scriptHash)}'">
<title>Windmill: ${count(run.progress.images, "image")}</title>
<style>${trusted(style)}</style>
</head>
<body>
<header class="top"><h1><span aria-hidden="true">❋</span> Windmill</h1>
<p>${run.simulated && markup`<span class="note">The answers are simulated: only those of <b>colors</b> and <b>metadata</b> come from the pixels.</span>`}</p></header>
${tiles(run)}
${services(run)}
${unusable(run)}
<main>
${run.images.map((image) => markup`${section(image, pictures.get(image.imageId))}\n`)}</main>
<footer>${hidden > 0 && markup`<p>${count(hidden, "more image")} ${hidden === 1 ? "is" : "are"} in the database.</p>`}<p>Everything is in PostgreSQL: <code>${run.database}</code></p></footer>
<script>${trusted(script)}</script>
</body>
</html>
`.text
}

const tiles = ({ doneBefore, images, progress, seconds: time }: Run): Markup => {
  const accepted = images.reduce((sum, image) => sum + (image.consensus?.votes.consensus.length ?? 0), 0)
  const answers = progress.services.reduce((sum, service) => sum + service.succeeded, 0)
  const failed = progress.services.reduce((sum, service) => sum + service.failed, 0)
  const tile = (value: string, name: string, more = "") =>
    markup`<div class="tile"><b>${value}</b><span>${name}</span>${more !== "" && markup`<small>${more}</small>`}</div>`
  return markup`<div class="tiles">${[
    tile(grouped(progress.images), progress.images === 1 ? "image" : "images", incomplete(progress)),
    tile(grouped(progress.boxes), "harmonized boxes"),
    tile(grouped(accepted), "concepts agreed on"),
    tile(grouped(answers), "answers", failed > 0 ? count(failed, "failure") : ""),
    tile(grouped(progress.crops), "answers about crops"),
    tile(seconds(time), "this run", doneBefore > 0 ? `${grouped(doneBefore)} complete before` : "")
  ]}</div>`
}

const incomplete = ({ done, images }: Progress): string =>
  done < images ? `${grouped(images - done)} not complete` : ""

const services = (run: Run): Markup =>
  markup`<section class="services"><h2>Services</h2><div class="grid">${serviceTotals(run).map(
    ({ crops = 0, failed, requested, service, succeeded }) => {
      const part = (n: number) => (requested === 0 ? 0 : Math.round((n / requested) * 1000) / 10)
      return markup`<div class="service">
<span>${service}</span>
<span class="meter"><i class="ok" style="width:${part(succeeded)}%"></i><i class="bad" style="width:${part(failed)}%"></i></span>
<span class="n">${requested > 0 && grouped(succeeded)}${failed > 0 && markup` <em>${grouped(failed)} failed</em>`}
${crops > 0 && markup`<small>${count(crops, "crop")}</small>`}</span>
</div>`
    }
  )}</div></section>`

const unusable = ({ unusable: all }: Run): Markup | false =>
  all.length > 0 &&
  markup`<section class="services"><h2>${count(all.length, "picture")} left out</h2><ul class="problems">${all.map(
    ({ detail, image }) => markup`<li><strong>${image}</strong> ${detail}</li>`
  )}</ul></section>`
