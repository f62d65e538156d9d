/** Pictures of beaches, fields and wild places. */
import { adult, boy, girl, man, type Recipe, woman } from "./Recipe.ts"

export const rider: Recipe = {
  frame: { name: "beach-rider", width: 1200, height: 800, setting: "beach", light: "evening", horizon: 0.42, eye: 190 },
  compose: (stage) => {
    stage.stand("boat", [0.83, 0.53], { enlarged: 1.1 })
    stage.float("bird/flying", [0.2, 0.16], 0.5)
    stage.float("bird/flying", [0.28, 0.22], 0.36)
    const mount = stage.stand("horse", [0.42, 0.86])
    stage.seat(woman("riding"), mount, 0.42, 128)
    stage.person(man("leading"), [0.68, 0.88])
    stage.stand("dog", [0.17, 0.93])
    return {
      caption: "a man leading a horse on a beach",
      description:
        "A man leads a brown horse along the shore while a woman rides it. A dog follows them and a sailboat crosses the sea at sunset."
    }
  }
}

export const sunbathers: Recipe = {
  frame: { name: "beach-summer", width: 1024, height: 768, setting: "beach", light: "day", horizon: 0.36, eye: 250 },
  compose: (stage) => {
    const { random } = stage
    stage.stand("boat/motor", [0.3, 0.455], { mirrored: true })
    stage.stand("umbrella/parasol", [0.26, 0.79])
    stage.person(woman("lounging", "swim"), [0.3, 0.84])
    stage.person(man("lounging", "swim"), [0.8, 0.8], { mirrored: true })
    stage.stand("surfboard", [0.91, 0.83])
    const thrower = stage.person(man("reaching", "swim"), [0.52, 0.68])
    stage.give("frisbee", thrower, "left", { enlarged: 1.2 })
    stage.person(boy("running", "swim"), [0.72, 0.64], { mirrored: true })
    stage.stand("sports ball", [0.42, 0.93], { enlarged: 1.5 })
    const child = stage.person(girl("lounging", "swim"), [0.6, 0.95])
    stage.give("cup", child, "right", { enlarged: 2 })
    stage.stand("handbag", [0.13, 0.86], { look: random.integer(0, 99) })
    return {
      caption: "people in swimsuits lying on a beach under an umbrella",
      description:
        "People in swimsuits relax on a sunny beach. A woman lies under a striped umbrella, a man throws a frisbee and a surfboard stands in the sand.",
      explicitness: 0.61
    }
  }
}

export const harbor: Recipe = {
  frame: { name: "harbor", width: 1280, height: 720, setting: "harbor", light: "day", horizon: 0.42, eye: 260 },
  compose: (stage) => {
    const { random } = stage
    stage.stand("boat", [0.17, 0.54])
    stage.stand("boat", [0.83, 0.57], { mirrored: true })
    stage.stand("boat", [0.55, 0.5])
    stage.stand("boat/motor", [0.42, 0.68])
    for (const [x, y] of [
      [0.3, 0.12],
      [0.36, 0.2],
      [0.62, 0.1],
      [0.7, 0.17]
    ] as const)
      stage.float("bird/flying", [x, y], 0.4)
    stage.stand("bench", [0.72, 0.93])
    stage.person({ ...woman("standing"), away: true }, [0.56, 0.95])
    stage.stand("backpack", [0.52, 0.955])
    const resting = stage.seat(adult(random, "seated"), stage.stand("bench", [0.2, 0.92]), 0.6, 48)
    stage.give("cup", resting, "right", { enlarged: 1.8 })
    stage.stand("bird", [0.4, 0.94], { enlarged: 1.2 })
    stage.stand("bird", [0.47, 0.965], { enlarged: 1.2, mirrored: true })
    return {
      caption: "sailboats in a harbor with a woman looking at the sea",
      description:
        "Sailboats lie in the harbor. A woman stands on the quay and looks at the sea; birds walk beside her and others circle above."
    }
  }
}

export const meadow: Recipe = {
  frame: { name: "pasture", width: 1200, height: 800, setting: "field", light: "day", horizon: 0.42, eye: 260 },
  compose: (stage) => {
    const { random } = stage
    stage.stand("cow", [0.2, 0.72])
    stage.stand("cow", [0.52, 0.68], { mirrored: true })
    stage.stand("horse", [0.82, 0.73], { mirrored: true })
    for (const [x, y] of [
      [0.38, 0.82],
      [0.5, 0.86],
      [0.62, 0.81],
      [0.43, 0.93]
    ] as const) {
      stage.stand("sheep", [x, y], { mirrored: random.chance(0.5) })
    }
    stage.stand("cow", [0.16, 0.95])
    stage.stand("dog", [0.72, 0.95], { mirrored: true })
    stage.person(man("standing"), [0.87, 0.97])
    return {
      caption: "cows, sheep and a horse grazing in a field",
      description:
        "Cows, sheep and a horse graze in a green field behind a wooden fence. A farmer and his dog keep an eye on them."
    }
  }
}

export const waterhole: Recipe = {
  frame: { name: "savanna", width: 1366, height: 768, setting: "savanna", light: "evening", horizon: 0.46, eye: 300 },
  compose: (stage) => {
    stage.stand("giraffe", [0.8, 0.69], { mirrored: true })
    stage.stand("giraffe", [0.68, 0.64])
    stage.stand("elephant", [0.28, 0.76])
    stage.stand("elephant", [0.47, 0.8], { enlarged: 0.55 })
    stage.stand("zebra", [0.63, 0.86])
    stage.stand("zebra", [0.74, 0.9])
    stage.stand("zebra", [0.9, 0.87], { mirrored: true })
    stage.stand("bird", [0.17, 0.93], { enlarged: 1.5 })
    return {
      caption: "elephants, zebras and giraffes standing in the savanna",
      description:
        "An elephant with her calf walks through the dry savanna in the evening light. Zebras stand in front and two giraffes look over the trees."
    }
  }
}

export const lake: Recipe = {
  frame: {
    name: "mountain-lake",
    width: 1280,
    height: 640,
    setting: "mountains",
    light: "day",
    horizon: 0.5,
    eye: 200
  },
  compose: () => ({
    caption: "a lake in front of snow covered mountains",
    description:
      "A calm lake lies between green meadows. Behind it rise mountains with snow on their peaks. Nobody is there."
  })
}

export const forestBear: Recipe = {
  frame: { name: "bear", width: 900, height: 700, setting: "mountains", light: "evening", horizon: 0.44, eye: 190 },
  compose: (stage) => {
    stage.stand("bear", [0.45, 0.86])
    stage.stand("bear", [0.78, 0.9], { enlarged: 0.55, mirrored: true })
    stage.float("bird/flying", [0.3, 0.18], 0.6)
    return {
      caption: "a bear walking with a cub near a lake",
      description: "A bear walks through a meadow near a mountain lake. Its cub comes towards it in the evening light."
    }
  }
}

export const slope: Recipe = {
  frame: { name: "ski-slope", width: 1280, height: 960, setting: "snow", light: "day", horizon: 0.4, eye: 260 },
  compose: (stage) => {
    const { random } = stage
    for (const [x, y] of [
      [0.22, 0.62],
      [0.5, 0.72],
      [0.78, 0.9]
    ] as const) {
      const mirrored = random.chance(0.5)
      const skis = stage.stand("skis", [x, y], { mirrored })
      stage.mount(adult(random, "skating", "winter"), skis, 0.5, { mirrored, sunk: 9 })
    }
    const board = stage.stand("snowboard", [0.3, 0.9])
    stage.mount(man("skating", "winter"), board, 0.48, { sunk: 7 })
    stage.person(boy("cheering", "winter"), [0.62, 0.6])
    return {
      caption: "people skiing down a snow covered slope",
      description:
        "Skiers and a snowboarder ride down a snowy slope under a blue sky. A boy raises his arms and cheers at the edge of the piste."
    }
  }
}

export const regatta: Recipe = {
  frame: { name: "far-away", width: 1600, height: 900, setting: "harbor", light: "day", horizon: 0.55, eye: 900 },
  compose: (stage) => {
    const { random } = stage
    for (let count = 0; count < 9; count++) {
      stage.stand("boat", [random.between(0.06, 0.94), random.between(0.6, 0.68)], { enlarged: 0.8 })
    }
    for (let count = 0; count < 12; count++) {
      stage.float("bird/flying", [random.between(0.05, 0.95), random.between(0.08, 0.5)], random.between(0.12, 0.3))
    }
    stage.float("airplane", [0.7, 0.14], 0.022)
    for (let count = 0; count < 6; count++) {
      stage.person(adult(random, "standing"), [0.1 + count * 0.15 + random.between(0, 0.06), 0.87])
    }
    return {
      caption: "many small sailboats on the sea with birds in the sky",
      description:
        "Many small sailboats sail on the sea far away. Birds and an airplane are in the sky, and a few people watch from the quay."
    }
  }
}

export const runway: Recipe = {
  frame: { name: "airport", width: 1280, height: 720, setting: "airport", light: "day", horizon: 0.52, eye: 420 },
  compose: (stage) => {
    const { random } = stage
    stage.stand("airplane", [0.42, 0.78], { enlarged: 0.62 })
    stage.float("airplane", [0.8, 0.16], 0.06)
    stage.stand("truck", [0.8, 0.8], { mirrored: true })
    stage.person(man("waving"), [0.6, 0.93])
    for (const x of [0.14, 0.19, 0.24, 0.29])
      stage.stand("suitcase", [x, 0.9 + random.between(0, 0.03)], { enlarged: 1.3 })
    stage.person(woman("walking", "formal"), [0.36, 0.95])
    return {
      caption: "an airplane parked at an airport",
      description:
        "An airplane is parked at the airport while another one takes off. A man waves next to a truck and suitcases wait on the ground."
    }
  }
}

export const kites: Recipe = {
  frame: { name: "kites", width: 900, height: 1200, setting: "sky", light: "day", horizon: 0.78, eye: 190 },
  compose: (stage) => {
    const { random } = stage
    for (const [x, y, scale] of [
      [0.25, 0.2, 1.3],
      [0.7, 0.14, 0.9],
      [0.55, 0.42, 1.1],
      [0.85, 0.4, 0.6]
    ] as const) {
      stage.float("kite", [x, y], scale)
    }
    stage.person(girl("reaching"), [0.3, 0.95])
    stage.person(man("reaching"), [0.62, 0.96])
    stage.float("bird/flying", [0.12, 0.5], random.between(0.5, 0.7))
    return {
      caption: "a man and a girl flying kites in the sky",
      description: "A man and a girl fly colorful kites high in the blue sky above a meadow."
    }
  }
}
