/** How much of a whole is done, and how much of that failed. */

export interface BarProps {
  readonly label: string
  readonly total: number
  readonly done: number
  readonly failed?: number
}

export const Bar = ({ done, failed = 0, label, total }: BarProps) => {
  const percent = (n: number) => `${total === 0 ? 0 : (100 * n) / total}%`
  return (
    <div
      class={done + failed >= total ? "bar full" : "bar"}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={done + failed}
    >
      <i class="done" style={{ width: percent(done) }} />
      <i class="failed" style={{ width: percent(failed) }} />
    </div>
  )
}
