/** What failed for good: by service and class, with samples. */
import type { FailureGroup } from "../../domain/archive/FailureGroup.ts"
import * as MergedBox from "../../domain/MergedBox.ts"
import { api, send } from "../Client.ts"
import * as Actions from "../overview/Actions.tsx"
import { Empty, Problem } from "../parts/Empty.tsx"
import { Thumbnail } from "../parts/Thumbnail.tsx"
import { ago, count } from "../parts/Words.ts"
import { useResource } from "../Resource.ts"
import { href, imageHref } from "../Routes.ts"

export const Failures = ({ step }: { readonly step: string | undefined }) => {
  const failures = useResource(() => send(api.pipeline.failures()), { everyMilliseconds: 5000 })
  const groups = failures.value.value?.filter(({ service }) => step === undefined || step === service)
  return (
    <>
      <h1>Failures</h1>
      <Problem problem={failures.problem.value} />
      {step !== undefined && (
        <p>
          Those of {step}. <a href={href("failures")}>Show all</a>
        </p>
      )}
      {groups?.length === 0 && <Empty title="Nothing has failed">Every answer so far was a good one.</Empty>}
      {groups?.map((group) => (
        <Group key={`${group.service} ${group.class}`} group={group} refresh={failures.refresh} />
      ))}
    </>
  )
}

const meaning: Readonly<Record<FailureGroup["class"], string>> = {
  image: "The image cannot be read or shown to the service",
  refused: "The service refused the request or said that it failed",
  "unreadable-reply": "The service answered something that cannot be read",
  underivable: "The stage cannot work with what was answered; what it made earlier is still shown",
  unavailable: "The service did not answer, however often it was asked"
}

const Group = ({ group, refresh }: { readonly group: FailureGroup; readonly refresh: () => Promise<void> }) => (
  <section class="card failures" aria-label={`${group.service}: ${group.class}`}>
    <header>
      <h2>
        {group.service} <span class="badge lost">{group.class}</span>
      </h2>
      <p class="soft">{meaning[group.class]}</p>
      <div class="actions">
        <strong>{count(group.count, "failure")}</strong>
        <Actions.RetryFailed services={[group.service]} class={group.class} refresh={refresh}>
          Retry group
        </Actions.RetryFailed>
        <a class="more" href={href("images", { service: group.service, error: group.class })}>
          All images
        </a>
      </div>
    </header>
    <ul>
      {group.samples.map(({ at, boxId, filename, imageId, reason }) => (
        <li key={`${imageId} ${boxId ?? ""}`}>
          <a href={imageHref(imageId)} class="sample">
            <Thumbnail id={imageId} alt="" />
            <span>
              <b>{filename}</b>
              {boxId !== undefined && <small> crop of {MergedBox.inWords(boxId)}</small>}
              <code>{reason}</code>
              <small>{ago(at, new Date())}</small>
            </span>
          </a>
        </li>
      ))}
    </ul>
  </section>
)
