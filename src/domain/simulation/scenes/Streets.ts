/** Pictures of streets, squares and stations. */
import type { Posture } from "../Scene.ts"
import { adult, boy, girl, man, type Recipe, woman } from "./Recipe.ts"

export const crossing: Recipe = {
  frame: { name: "street", width: 1280, height: 853, setting: "street", light: "day", horizon: 0.44, eye: 200 },
  compose: (stage) => {
    stage.stand("bus", [0.7, 0.615], { mirrored: true })
    stage.stand("car", [0.25, 0.72])
    stage.stand("traffic light", [0.93, 0.84], { raised: 190 })
    stage.stand("fire hydrant", [0.06, 0.86])
    stage.stand("bicycle", [0.17, 0.87])
    const mother = stage.person(woman("walking"), [0.52, 0.93], { mirrored: true })
    stage.give("handbag", mother, "right", { grip: "top" })
    stage.person(boy("walking"), [0.6, 0.945], { mirrored: true })
    const walker = stage.person(man("walking"), [0.3, 0.97])
    stage.stand("dog", [0.4, 0.975])
    stage.give("cell phone", walker, "left")
    return {
      caption: "a man walking a dog on a city street",
      description:
        "A man walks his dog along a city street. A woman and a boy come towards him while a bus and a car pass by. A bicycle leans near a fire hydrant."
    }
  }
}

export const rushHour: Recipe = {
  frame: { name: "rush-hour", width: 1440, height: 810, setting: "street", light: "evening", horizon: 0.42, eye: 240 },
  compose: (stage) => {
    const { random } = stage
    stage.stand("truck", [0.24, 0.6])
    stage.stand("car", [0.6, 0.585])
    stage.stand("car", [0.88, 0.595])
    stage.stand("motorcycle", [0.47, 0.66], { mirrored: true })
    stage.seat(adult(random, "riding"), stage.stand("motorcycle", [0.13, 0.73]), 0.38, 72)
    stage.stand("car", [0.4, 0.76], { mirrored: true })
    stage.stand("car", [0.82, 0.77], { mirrored: true })
    stage.stand("stop sign", [0.05, 0.88], { raised: 150 })
    const late = stage.person(adult(random, "running", "formal"), [0.62, 0.95])
    stage.give("handbag", late, "right", { grip: "top" })
    stage.person(adult(random, "standing", "formal"), [0.93, 0.95])
    return {
      caption: "cars and motorcycles on a busy street at sunset",
      description:
        "Cars, a truck and motorcycles fill a busy street at sunset. A person in a suit runs along the sidewalk past a stop sign."
    }
  }
}

export const cityNight: Recipe = {
  frame: { name: "city-night", width: 960, height: 1280, setting: "city", light: "night", horizon: 0.5, eye: 210 },
  compose: (stage) => {
    const { random } = stage
    stage.stand("bus", [0.63, 0.61], { mirrored: true })
    stage.stand("car", [0.3, 0.72])
    stage.stand("traffic light", [0.9, 0.77], { raised: 200 })
    const couple = stage.person(woman("walking", "formal"), [0.55, 0.93])
    stage.person(man("walking", "formal"), [0.68, 0.94])
    stage.give("umbrella", couple, "left", { grip: "bottom", enlarged: 1.1 })
    stage.person({ ...adult(random, "standing", "winter"), away: true }, [0.2, 0.96])
    stage.write("HOTEL", [0.2, 0.2], 0.026, { ink: "#ff7d9c", board: "#2a1740" })
    stage.write("CINEMA", [0.81, 0.27], 0.024, { ink: "#7df3ff", board: "#152c52" })
    return {
      caption: "people with an umbrella walking down a city street at night",
      description:
        "A couple with an umbrella walks through the city at night. Neon signs say HOTEL and CINEMA, and a bus drives past a traffic light."
    }
  }
}

export const crowd: Recipe = {
  frame: { name: "crowd", width: 1500, height: 844, setting: "square", light: "day", horizon: 0.34, eye: 330 },
  compose: (stage) => {
    const { random } = stage
    const rows = [0.55, 0.62, 0.7, 0.79, 0.9]
    for (const [row, y] of rows.entries()) {
      const count = 11 - row
      for (let place = 0; place < count; place++) {
        const x = (place + random.between(0.2, 0.8) + (row % 2) * 0.3) / (count + 0.3)
        const child = random.chance(0.14)
        const posture = random.pick<Posture>(["standing", "walking", "standing", "walking", "waving", "holding"])
        const person = child ? random.pick([boy(posture), girl(posture)]) : adult(random, posture)
        const mirrored = random.chance(0.5)
        const placed = stage.person(random.chance(0.15) ? { ...person, away: true } : person, [x, y], { mirrored })
        if (random.chance(0.16)) stage.give("handbag", placed, "right", { grip: "top" })
        if (random.chance(0.08)) stage.give("umbrella", placed, "left", { grip: "bottom" })
        if (random.chance(0.1)) stage.stand("suitcase", [x + 0.02, y + 0.004])
      }
    }
    return {
      caption: "a large crowd of people standing in a square",
      description:
        "A large crowd of people fills a square. Some walk, some stand and wave, and a few carry handbags, umbrellas and suitcases."
    }
  }
}

export const platform: Recipe = {
  frame: { name: "station", width: 1366, height: 768, setting: "station", light: "day", horizon: 0.46, eye: 200 },
  compose: (stage) => {
    const { random } = stage
    stage.stand("train", [0.46, 0.63])
    stage.float("clock", [0.3, 0.2], 2.4)
    stage.write("PLATFORM 4", [0.68, 0.2], 0.036, { ink: "#ffffff", board: "#1f4f8f" })
    stage.person(adult(random, "standing"), [0.1, 0.86])
    stage.stand("suitcase", [0.155, 0.87])
    stage.stand("bench", [0.84, 0.84])
    const traveler = stage.person(woman("walking"), [0.42, 0.93])
    stage.give("suitcase", traveler, "right", { grip: "top", enlarged: 0.8 })
    stage.person(man("walking", "formal"), [0.58, 0.96], { mirrored: true })
    stage.person(girl("waving"), [0.71, 0.94])
    stage.stand("backpack", [0.77, 0.945])
    return {
      caption: "people with suitcases waiting for a train at a station",
      description:
        "Travelers with suitcases wait on platform 4 while a train stands at the station. A girl waves and a clock hangs from the roof."
    }
  }
}

export const stalls: Recipe = {
  frame: { name: "market", width: 1200, height: 900, setting: "market", light: "day", horizon: 0.42, eye: 170 },
  compose: (stage) => {
    const seller = stage.person(man("holding"), [0.5, 0.69])
    stage.person(woman("waving"), [0.84, 0.68])
    const counters = [0.17, 0.5, 0.83].map((x) => stage.stand("dining table", [x, 0.755], { enlarged: 1.05 }))
    const goods = ["apple", "orange", "banana", "broccoli", "carrot"] as const
    for (const [index, counter] of counters.entries()) {
      for (const place of [0.1, 0.26, 0.42, 0.58, 0.74, 0.9]) {
        const kind = goods[(index * 2 + Math.floor(place * 3.2)) % goods.length] ?? "apple"
        stage.put(kind, counter, place, { enlarged: kind === "apple" || kind === "orange" ? 2.3 : 1.6 })
      }
    }
    stage.write("APPLES 2.50", [0.5, 0.73], 0.022, { ink: "#3b2a20", board: "#fff3d0" })
    stage.write("FRESH FRUIT", [0.17, 0.5], 0.024, { ink: "#ffffff", board: "#3f8450" })
    const buyer = stage.person(woman("walking"), [0.3, 0.95])
    stage.give("handbag", buyer, "right", { grip: "top" })
    stage.person(girl("reaching"), [0.66, 0.94], {})
    stage.give("apple", seller, "left", { enlarged: 1.6 })
    return {
      caption: "a fruit stand at a market with apples, oranges and bananas",
      description:
        "People shop at a market. The fruit stand sells fresh apples, oranges and bananas; a sign says APPLES 2.50. A man hands over an apple."
    }
  }
}

export const skyline: Recipe = {
  frame: { name: "panorama", width: 1800, height: 600, setting: "street", light: "day", horizon: 0.5, eye: 260 },
  compose: (stage) => {
    const { random } = stage
    stage.stand("bus", [0.2, 0.68])
    stage.stand("car", [0.46, 0.665])
    stage.stand("truck", [0.68, 0.7], { mirrored: true })
    stage.stand("car", [0.9, 0.72], { mirrored: true })
    for (const x of [0.08, 0.33, 0.52, 0.78]) {
      stage.person(adult(random, "walking"), [x, random.between(0.9, 0.97)], { mirrored: random.chance(0.5) })
    }
    const rider = stage.stand("bicycle", [0.63, 0.955], { mirrored: true })
    stage.seat(adult(random, "cycling", "sport"), rider, 0.62, 92, { mirrored: true })
    stage.stand("bench", [0.93, 0.92])
    return {
      caption: "a wide street with a bus, cars and a cyclist",
      description:
        "A wide view of a street. A bus, a truck and cars drive past the shops while a cyclist and several people use the sidewalk."
    }
  }
}

export const family: Recipe = {
  frame: { name: "family", width: 800, height: 1000, setting: "park", light: "day", horizon: 0.42, eye: 175 },
  compose: (stage) => {
    stage.person(man("standing"), [0.36, 0.9])
    stage.person(woman("standing"), [0.6, 0.9])
    stage.person(boy("waving"), [0.4, 0.935])
    stage.person(girl("standing"), [0.58, 0.94])
    const pet = stage.stand("dog", [0.8, 0.94])
    stage.put("frisbee", pet, 0.9, { sunk: 26 })
    return {
      caption: "a family with two children and a dog in a park",
      description:
        "A family poses in a park. The boy waves, the girl stands in front of her mother, and the dog waits with a frisbee."
    }
  }
}
