/** Says whose answers are invented; nothing when none are. */
import { listed } from "../../domain/Wording.ts"

export const Simulated = ({ services }: { readonly services: ReadonlyArray<string> }) =>
  services.length === 0 ? null : (
    <p class="badge halted simulated">
      The answers of <b>{listed(services)}</b> are simulated: they say nothing about the pixels.
    </p>
  )
