/** One image in the report: its picture, what the services agree on, its boxes, and what went wrong. */
import type { Candidate, Consensus } from "../../domain/Consensus.ts"
import * as ConceptColors from "../../domain/drawing/ConceptColors.ts"
import type { Palette } from "../../domain/Enrichment.ts"
import type { ServiceId } from "../../domain/Identifiers.ts"
import { count, share } from "../../domain/Wording.ts"
import { type BoxFindings, type ImageFindings, isTentative } from "./ImageFindings.ts"
import { type Markup, markup } from "./Markup.ts"
import { figure, type Picture } from "./ReportPicture.ts"

/** The image as an article. Without a picture, the rest is shown all the same. */
export const section = (image: ImageFindings, picture: Picture | undefined): Markup => {
  const { consensus, size } = image
  const shown =
    size === undefined || picture === undefined
      ? markup`<div class="missing">The picture could not be read.</div>`
      : figure(image, size, picture)
  return markup`<article class="card" id="image-${image.imageId}">
<header>
<h2>${image.filename}</h2>
<p class="facts">${size !== undefined && markup`${size.width} × ${size.height} px `}
<span title="${image.place}">image ${image.imageId}</span>${badges(image)}</p>
</header>
<div class="columns">
<div class="left">${shown}${palettes(image.palettes)}${captions(image)}</div>
<div class="right">
${consensus === undefined ? markup`<p class="empty">No consensus yet.</p>` : votes(consensus)}
${boxTable(image)}
${failureList(image)}
${setAside(image)}
</div>
</div>
</article>`
}

const badges = ({ consensus, failures, owed }: ImageFindings): Markup => {
  const special = consensus?.special
  const badge = (kind: string, text: Markup | string) => markup`<span class="badge ${kind}">${text}</span>`
  return markup`${[
    owed.length > 0 && badge("waits", `waits for ${owed.join(", ")}`),
    failures.length > 0 && badge("failed", count(failures.length, "failure")),
    special?.text.detected === true && badge("text", markup`💬 “${special.text.content ?? ""}”`),
    special?.face.detected === true && badge("found", "🙂 face"),
    special?.pose.detected === true && badge("found", "🤸 pose"),
    special?.nsfw.detected === true && badge("nsfw", "🔞 not safe for work")
  ]}`
}

const votes = ({ votes: { consensus, tentative } }: Consensus): Markup => {
  const best = Math.max(...[...consensus, ...tentative].map(({ finalScore }) => finalScore))
  const list = (candidates: ReadonlyArray<Candidate>) => candidates.map((candidate) => vote(candidate, best))
  return markup`<section><h3>Consensus</h3>
${consensus.length === 0 && markup`<p class="empty">Nothing that services agree on.</p>`}
<ul class="votes">${list(consensus)}</ul>
${folded(count(tentative.length, "tentative candidate"), tentative.length > 0 && markup`<ul class="votes dim">${list(tentative)}</ul>`)}
</section>`
}

const vote = (candidate: Candidate, best: number): Markup => {
  const { concept, dissenters, emoji, finalScore, instances, reason, rule, services, shiny, validations } = candidate
  const part = best > 0 ? finalScore / best : 0
  return markup`<li><span class="emoji">${emoji ?? "·"}</span><div>
<div class="line">
<strong>${concept}</strong>${instances.count > 1 && markup`<small>×${instances.count}</small>`}${shiny === true && "✨"}
<span class="score" style="--part:${share(part)}">${finalScore.toFixed(2)}</span>
</div>
${who(services, dissenters)}
<div class="rule"><code>${rule}</code> ${reason}</div>
${validations.map(
  (each) =>
    markup`<div class="rule"><code>${each.rule}</code> ${each.score >= 0 && "+"}${each.score.toFixed(2)}: ${each.reason}</div>`
)}
</div></li>`
}

/** Who saw it, and who looked and did not. */
const who = (services: ReadonlyArray<ServiceId>, dissenters: ReadonlyArray<ServiceId>): Markup =>
  markup`<div class="who">${services.map((service) => markup`<span class="yes">${service}</span> `)}${dissenters.map(
    (service) => markup`<span class="no">${service}</span> `
  )}</div>`

/** Something that opens when it is asked for; nothing when there is nothing. */
const folded = (title: string, content: Markup | false): Markup | false =>
  content !== false && markup`<details><summary>${title}</summary>${content}</details>`

/** Confirmed boxes listed before the rest is folded away. */
const listed = 8

const boxTable = ({ boxes }: ImageFindings): Markup => {
  const colors = ConceptColors.assign(boxes.map(({ box }) => box.concept))
  const rows = (each: ReadonlyArray<BoxFindings>) =>
    each.length > 0 && markup`<ul class="boxes">${each.map((box) => boxRow(box, colors.get(box.box.concept)!))}</ul>`
  const confirmed = boxes.filter((each) => !isTentative(each))
  const tentative = boxes.filter(isTentative)
  const more = confirmed.slice(listed)
  return markup`<section><h3>Boxes</h3>
${boxes.length === 0 && markup`<p class="empty">No detector found anything.</p>`}
${rows(confirmed.slice(0, listed))}
${folded(count(more.length, "more box", "more boxes"), rows(more))}
${folded(count(tentative.length, "tentative box", "tentative boxes"), rows(tentative))}
</section>`
}

const boxRow = ({ box, emoji, faces, id, name, palettes: found, poses }: BoxFindings, color: string): Markup => {
  const bodies = [
    ...(faces.length > 0 ? [count(faces.length, "face")] : []),
    ...(poses.length > 0 ? [count(poses.length, "pose")] : [])
  ]
  return markup`<li data-box="${id}" style="--c:${color}"><span class="emoji">${emoji ?? "·"}</span><div>
<div class="line"><strong>${name}</strong><small>${bodies.join(", ")}</small><span class="number">${share(box.evidence)}</span></div>
${who(box.services, box.dissenters)}
${palettes(found)}
</div></li>`
}

const palettes = (all: ReadonlyArray<Palette>): Markup =>
  markup`${all.map(
    ({ colors, temperature }) =>
      markup`<div class="palette">${colors
        .filter(({ hex }) => /^#[0-9a-f]{6}$/i.test(hex))
        .map(({ hex, name }) => markup`<span style="background:${hex}" title="${name ?? ""} ${hex}"></span>`)}${
        temperature !== undefined && markup`<small>${temperature}</small>`
      }</div>`
  )}`

const captions = (image: ImageFindings): Markup =>
  markup`${image.captions.map(({ service, text }) => markup`<blockquote>${text}<cite>${service}</cite></blockquote>`)}`

const failureList = ({ failures }: ImageFindings): Markup | false =>
  failures.length > 0 &&
  markup`<section><h3>Failures</h3><ul class="problems">${failures.map(
    (failure) =>
      markup`<li><strong>${failure.service}</strong>${failure.box !== undefined && ` on ${failure.box}`}
<code>${failure.class}</code> ${failure.reason}</li>`
  )}</ul></section>`

const setAside = ({ diagnostics }: ImageFindings): Markup | false =>
  folded(
    `${count(diagnostics.length, "prediction")} set aside`,
    diagnostics.length > 0 &&
      markup`<ul class="problems">${diagnostics.map(
        ({ problem, service }) => markup`<li><strong>${service}</strong> ${problem}</li>`
      )}</ul>`
  )
