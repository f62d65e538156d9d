/** Says that the answers are invented. */
export const Simulated = () => (
  <p class="badge halted">
    The answers are simulated: only those of <b>colors</b> and <b>metadata</b> come from the pixels.
  </p>
)
