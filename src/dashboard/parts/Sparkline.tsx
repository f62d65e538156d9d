/** A row of counts as a small area. */

const width = 120
const height = 28

/** `counts` are oldest first, in equal intervals of time. Drawn against the greatest of them. */
export const Sparkline = ({ counts, label }: { readonly counts: ReadonlyArray<number>; readonly label: string }) => {
  const most = Math.max(1, ...counts)
  const step = width / Math.max(1, counts.length - 1)
  const line = counts.map(
    (count, i) => `${(i * step).toFixed(1)} ${(height - 2 - (count / most) * (height - 4)).toFixed(1)}`
  )
  return (
    <svg class="sparkline" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
      {line.length > 1 ? (
        <>
          <path class="area" d={`M0 ${height}L${line.join("L")}L${width} ${height}Z`} />
          <path class="line" d={`M${line.join("L")}`} />
        </>
      ) : (
        <path class="line idle" d={`M0 ${height - 2}H${width}`} />
      )}
    </svg>
  )
}
