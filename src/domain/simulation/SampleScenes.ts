/** The pictures that come with windmill, and as many more of their kind as wanted. */
import type { Scene } from "./Scene.ts"
import * as Indoors from "./scenes/Indoors.ts"
import * as Leisure from "./scenes/Leisure.ts"
import * as Outdoors from "./scenes/Outdoors.ts"
import type { Recipe } from "./scenes/Recipe.ts"
import * as Streets from "./scenes/Streets.ts"
import * as Stage from "./Stage.ts"

/** Every kind of picture once, the most telling ones first. */
const recipes: ReadonlyArray<Recipe> = [
  Outdoors.rider,
  Streets.crossing,
  Indoors.livingRoom,
  Leisure.park,
  Indoors.dinner,
  Outdoors.waterhole,
  Leisure.soccer,
  Indoors.kitchen,
  Streets.cityNight,
  Outdoors.sunbathers,
  Outdoors.lake,
  Streets.crowd,
  Indoors.office,
  Streets.platform,
  Outdoors.meadow,
  Leisure.skater,
  Outdoors.harbor,
  Indoors.party,
  Streets.stalls,
  Streets.family,
  Outdoors.slope,
  Leisure.tennis,
  Outdoors.regatta,
  Indoors.pets,
  Streets.rushHour,
  Outdoors.runway,
  Outdoors.kites,
  Indoors.bedroom,
  Leisure.surfer,
  Outdoors.forestBear,
  Indoors.breakfast,
  Streets.skyline
]

/** How many different kinds of pictures there are. */
export const kinds = recipes.length

/**
 * The picture at a position, from 0. Positions beyond the last kind begin again with the first, in other variations;
 * every position has its own name.
 */
export const at = (position: number): Scene => {
  const round = Math.floor(position / recipes.length)
  const { compose, frame } = recipes[position % recipes.length] ?? Outdoors.rider
  const stage = Stage.open(frame, round)
  const scene = stage.finish(compose(stage))
  return round === 0 ? scene : { ...scene, name: `${scene.name}-${round + 1}` }
}

/** The first pictures. */
export const take = (count: number): ReadonlyArray<Scene> =>
  Array.from({ length: count }, (_, position) => at(position))
