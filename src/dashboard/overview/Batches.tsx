/** How far the latest groups of images are; those that are done without a failure are folded. */
import type { GroupProgress, PipelineProgress } from "../../domain/PipelineState.ts"
import { Bar } from "../parts/Bar.tsx"
import { count, grouped, seconds } from "../parts/Words.ts"
import { href } from "../Routes.ts"

export const Batches = ({ progress: { groups, rate } }: { readonly progress: PipelineProgress }) => {
  const finished = groups.filter(({ done, failed, images }) => done === images && failed === 0)
  const open = groups.filter((group) => !finished.includes(group))
  return groups.length === 0 ? null : (
    <section aria-labelledby="batches">
      <h2 id="batches">Batches</h2>
      <div class="card">
        <List groups={open} rate={rate} />
        {finished.length > 0 && (
          <details>
            <summary>
              {count(finished.length, "group")} done,{" "}
              {count(
                finished.reduce((sum, each) => sum + each.images, 0),
                "image"
              )}
            </summary>
            <List groups={finished} rate={rate} />
          </details>
        )}
      </div>
    </section>
  )
}

const List = ({
  groups,
  rate
}: {
  readonly groups: ReadonlyArray<GroupProgress>
  readonly rate: number | undefined
}) => (
  <ul class="batches">
    {groups.map(({ done, failed, group, images }) => (
      <li key={group ?? ""}>
        {group === undefined ? (
          <span class="soft">without a group</span>
        ) : (
          <a href={href("images", { group })}>{group}</a>
        )}
        <Bar label={`Images of ${group ?? "no group"} done`} total={images} done={done} />
        <span class="amount">
          {grouped(done)} / {count(images, "image")}
          {failed > 0 && <span class="bad"> · {grouped(failed)} with failures</span>}
          {/* The pace is that of all groups: until this one is done it takes at least so long. */}
          {done < images && rate !== undefined && rate > 0 && ` · ${seconds((images - done) / rate)} left`}
        </span>
      </li>
    ))}
  </ul>
)
