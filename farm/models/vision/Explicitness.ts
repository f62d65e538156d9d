/** Whether a picture is safe to show at work. */
import type { Network } from "./Network.ts"
import * as Picture from "./Picture.ts"

const side = 224
/** The classes that are not safe, among drawing, hentai, neutral, porn and sexy. */
const unsafe = [1, 3]

/** The one prediction of a reply. Its confidence is that of the verdict, whichever it is. */
export const predictions = async (network: Network, picture: Picture.Picture) => {
  const square = { width: side, height: side }
  const input = await Picture.place(picture, { ...square, left: 0, top: 0 }, square)
  const [output] = Object.values(
    await network(Picture.interleaved(input, Picture.linear(1 / 255, 0)), [1, side, side, 3])
  )
  const likelihood = Math.min(
    1,
    unsafe.reduce((sum, index) => sum + output!.values[index]!, 0)
  )
  const nsfw = likelihood > 0.5
  const confidence = Math.round(1000 * (nsfw ? likelihood : 1 - likelihood)) / 1000
  return [{ confidence, emoji: nsfw ? "🔞" : "", nsfw }]
}
