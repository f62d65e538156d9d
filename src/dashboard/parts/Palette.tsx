/** Colors that a service found, most frequent first. */
import type { Palette as Colors } from "../../domain/Enrichment.ts"

export const Palette = ({
  palette: { colors, temperature },
  most
}: {
  readonly palette: Colors
  readonly most: number
}) => (
  <span class="palette">
    {colors
      .filter(({ hex }) => /^#[0-9a-f]{6}$/i.test(hex))
      .slice(0, most)
      .map(({ hex, name }, i) => (
        <i key={i} style={{ background: hex }} title={name === undefined ? hex : `${name} ${hex}`} />
      ))}
    {temperature !== undefined && <small>{temperature}</small>}
  </span>
)
