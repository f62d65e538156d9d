/** Work that is spread over frames, so that none of them takes long. */

/** Turns in one frame. */
const most = 2

const waiting: Array<() => void> = []

/** Resolves in one of the next frames. What comes first has its turn first. */
export const turn = (): Promise<void> =>
  new Promise((resolve) => {
    waiting.push(resolve)
    if (waiting.length === 1) requestAnimationFrame(give)
  })

const give = () => {
  for (const resolve of waiting.splice(0, most)) resolve()
  if (waiting.length > 0) requestAnimationFrame(give)
}
