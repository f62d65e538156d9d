/** Pictures of parks and sports. */
import { adult, boy, girl, man, type Recipe, woman } from "./Recipe.ts"

export const park: Recipe = {
  frame: { name: "park", width: 1280, height: 853, setting: "park", light: "day", horizon: 0.4, eye: 210 },
  compose: (stage) => {
    const { random } = stage
    const bench = stage.stand("bench", [0.22, 0.78])
    stage.seat(woman("seated"), bench, 0.34, 48)
    stage.seat(man("seated"), bench, 0.7, 48)
    const thrower = stage.person(adult(random, "reaching"), [0.72, 0.84], { mirrored: true })
    stage.give("frisbee", thrower, "left", { enlarged: 1.3 })
    stage.stand("dog", [0.54, 0.88])
    const bicycle = stage.stand("bicycle", [0.5, 0.66])
    stage.seat(woman("cycling"), bicycle, 0.36, 92)
    stage.float("kite", [0.64, 0.12], 0.5)
    stage.person(boy("running"), [0.9, 0.93], { mirrored: true })
    stage.stand("bird", [0.34, 0.93], { enlarged: 1.3 })
    stage.stand("bird", [0.29, 0.95], { enlarged: 1.3, mirrored: true })
    stage.stand("backpack", [0.07, 0.8])
    return {
      caption: "people in a park with a dog and a frisbee",
      description:
        "A couple sits on a bench in the park while a woman rides a bicycle. A dog waits for a frisbee and a boy runs across the grass."
    }
  }
}

export const soccer: Recipe = {
  frame: { name: "soccer", width: 1280, height: 720, setting: "pitch", light: "day", horizon: 0.4, eye: 260 },
  compose: (stage) => {
    const player = (posture: "running" | "kicking" | "standing", x: number, y: number, team: 0 | 1, mirrored = false) =>
      stage.person(man(posture, "sport"), [x, y], { mirrored, look: 2 * stage.random.integer(0, 4000) + team })
    player("running", 0.16, 0.62, 0)
    player("running", 0.83, 0.6, 1, true)
    player("standing", 0.62, 0.58, 0)
    player("running", 0.3, 0.8, 1)
    player("kicking", 0.5, 0.92, 0)
    player("running", 0.76, 0.89, 1, true)
    stage.stand("sports ball", [0.64, 0.93], { enlarged: 1.25 })
    return {
      caption: "a group of men playing soccer on a field",
      description: "Soccer players in red and blue fight for the ball in front of a full stand. One of them kicks it."
    }
  }
}

export const tennis: Recipe = {
  frame: { name: "tennis", width: 900, height: 1200, setting: "court", light: "day", horizon: 0.4, eye: 220 },
  compose: (stage) => {
    const far = stage.person(man("reaching", "sport"), [0.44, 0.52])
    stage.give("tennis racket", far, "left", { grip: "bottom" })
    const near = stage.person(woman("reaching", "sport"), [0.48, 0.92])
    stage.give("tennis racket", near, "left", { grip: "bottom" })
    stage.float("sports ball", [0.82, 0.4], 0.9, { look: 7 })
    stage.stand("bench", [0.84, 0.6])
    stage.stand("bottle", [0.8, 0.62], { enlarged: 1.6 })
    return {
      caption: "a woman playing tennis on a court",
      description: "A woman swings her tennis racket on a court. Her opponent stands on the other side of the net."
    }
  }
}

export const skater: Recipe = {
  frame: { name: "skateboard", width: 960, height: 960, setting: "square", light: "evening", horizon: 0.42, eye: 150 },
  compose: (stage) => {
    const board = stage.stand("skateboard", [0.46, 0.9])
    stage.mount(boy("skating"), board, 0.5)
    stage.person(girl("cheering"), [0.83, 0.8])
    const friend = stage.person(man("standing"), [0.14, 0.78])
    stage.give("skateboard", friend, "left", { grip: "top" })
    stage.stand("backpack", [0.24, 0.8])
    stage.write("SKATE OR REST", [0.5, 0.3], 0.034, { ink: "#ffffff", board: "#b5473c" })
    return {
      caption: "a boy riding a skateboard in a square",
      description:
        "A boy rides his skateboard across a square at sunset. A girl cheers, a man holds another skateboard, and a banner says SKATE OR REST."
    }
  }
}

export const surfer: Recipe = {
  frame: { name: "surfers", width: 1100, height: 733, setting: "beach", light: "day", horizon: 0.34, eye: 230 },
  compose: (stage) => {
    const board = stage.stand("surfboard/flat", [0.6, 0.52])
    stage.mount(man("skating", "swim"), board, 0.48, { sunk: 6 })
    const walker = stage.person(woman("walking", "swim"), [0.28, 0.9])
    stage.give("surfboard", walker, "left", { grip: "middle", enlarged: 0.9 })
    stage.person(man("standing", "swim"), [0.78, 0.93])
    stage.stand("surfboard", [0.87, 0.93])
    stage.stand("dog", [0.5, 0.95])
    return {
      caption: "a man riding a wave on a surfboard",
      description:
        "A man rides a wave on his surfboard. On the beach a woman carries her board to the water and a dog runs along.",
      explicitness: 0.34
    }
  }
}
