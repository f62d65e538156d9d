/** A number with its name. */
export const Figure = ({
  name,
  of,
  value
}: {
  readonly value: string
  readonly of?: string
  readonly name: string
}) => (
  <p class="figure">
    <b>{value}</b>
    {of !== undefined && <span> / {of}</span>}
    <small>{name}</small>
  </p>
)
