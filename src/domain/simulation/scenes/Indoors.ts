/** Pictures of rooms and of tables. */
import { boy, girl, man, type Recipe, woman } from "./Recipe.ts"

export const kitchen: Recipe = {
  frame: { name: "kitchen", width: 1152, height: 864, setting: "kitchen", light: "day", horizon: 0.6, eye: 86 },
  compose: (stage) => {
    stage.stand("refrigerator", [0.1, 0.79], { enlarged: 1.06 })
    stage.stand("oven", [0.29, 0.78])
    const counter = stage.stand("dining table", [0.74, 0.79], { enlarged: 1.15, look: 3 })
    stage.put("microwave", counter, 0.16)
    stage.put("sink", counter, 0.86, { enlarged: 0.9 })
    stage.put("bowl", counter, 0.42, { enlarged: 1.5 })
    stage.put("bottle", counter, 0.54, { enlarged: 1.1 })
    stage.put("apple", counter, 0.6, { enlarged: 1.5 })
    stage.put("banana", counter, 0.67, { enlarged: 1.2 })
    stage.float("clock", [0.17, 0.14], 3.4)
    const cook = stage.person(woman("holding"), [0.46, 0.88])
    stage.give("bowl", cook, "right", { enlarged: 1.3 })
    const helper = stage.person(boy("reaching"), [0.68, 0.93])
    stage.give("carrot", helper, "right", { enlarged: 1.2 })
    stage.stand("cat", [0.88, 0.93])
    return {
      caption: "a woman and a boy cooking in a kitchen",
      description:
        "A woman holds a bowl in a bright kitchen and a boy helps with a carrot. There is a refrigerator, an oven and a microwave; a cat waits on the floor."
    }
  }
}

export const livingRoom: Recipe = {
  frame: {
    name: "living-room",
    width: 1280,
    height: 800,
    setting: "living room",
    light: "day",
    horizon: 0.56,
    eye: 80
  },
  compose: (stage) => {
    stage.stand("potted plant", [0.06, 0.74], { enlarged: 1.1 })
    const couch = stage.stand("couch", [0.36, 0.79])
    stage.seat(woman("seated"), couch, 0.3, 50)
    stage.put("cat/lying", couch, 0.7, { sunk: 46 })
    stage.put("book", couch, 0.47, { sunk: 48 })
    const stand = stage.stand("dining table", [0.84, 0.75], { enlarged: 0.9 })
    stage.put("tv", stand, 0.46)
    stage.put("vase", stand, 0.94, { enlarged: 1.2 })
    stage.float("clock", [0.74, 0.2], 2.6)
    const tea = stage.stand("dining table", [0.32, 0.95], { enlarged: 0.58 })
    stage.put("cup", tea, 0.3, { enlarged: 1.8 })
    stage.put("remote", tea, 0.55, { enlarged: 1.6 })
    stage.put("book/stack", tea, 0.8, { enlarged: 1.3 })
    stage.person(girl("lounging"), [0.68, 0.93], { mirrored: true })
    stage.stand("teddy bear", [0.86, 0.94])
    return {
      caption: "a woman sitting on a couch in a living room with a cat",
      description:
        "A woman sits on a couch next to a sleeping cat. A girl plays on the floor with a teddy bear in front of a television."
    }
  }
}

export const office: Recipe = {
  frame: { name: "office", width: 1200, height: 800, setting: "office", light: "day", horizon: 0.5, eye: 108 },
  compose: (stage) => {
    stage.float("book/stack", [0.8, 0.168], 2.4)
    stage.float("clock", [0.915, 0.29], 2)
    stage.float("potted plant", [0.76, 0.305], 0.7)
    const back = stage.stand("dining table", [0.76, 0.76], { enlarged: 1.05, look: 1 })
    stage.put("laptop", back, 0.3, { enlarged: 1.5 })
    stage.put("cup", back, 0.52, { enlarged: 1.6 })
    stage.person({ ...man("standing", "formal") }, [0.62, 0.765])
    const seat = stage.stand("chair", [0.17, 0.94], { enlarged: 1.05 })
    stage.seat(woman("typing", "formal"), seat, 0.55, 52)
    const desk = stage.stand("dining table", [0.45, 0.95], { enlarged: 1.05 })
    stage.put("tv", desk, 0.46, { enlarged: 0.55 })
    stage.put("keyboard", desk, 0.3, { enlarged: 1.2 })
    stage.put("mouse", desk, 0.56, { enlarged: 1.4 })
    stage.put("cup", desk, 0.72, { enlarged: 1.6 })
    stage.put("cell phone", desk, 0.84, { enlarged: 1.2 })
    stage.stand("potted plant", [0.93, 0.92])
    stage.write("TEAM PLAN", [0.84, 0.08], 0.03, { ink: "#2f4f6f", board: "#ffffff" })
    return {
      caption: "a woman sitting at a desk with a computer in an office",
      description:
        "A woman types at her desk in an office while a man in a suit stands behind another desk with a laptop. A board says TEAM PLAN."
    }
  }
}

export const bedroom: Recipe = {
  frame: { name: "bedroom", width: 800, height: 1067, setting: "bedroom", light: "evening", horizon: 0.56, eye: 84 },
  compose: (stage) => {
    const bed = stage.stand("bed", [0.4, 0.8], { enlarged: 0.9 })
    stage.put("teddy bear", bed, 0.62, { sunk: 46 })
    stage.put("cat/lying", bed, 0.85, { sunk: 48 })
    stage.float("clock", [0.46, 0.18], 2.6)
    stage.person(girl("holding"), [0.78, 0.88])
    stage.stand("book/stack", [0.4, 0.94], { enlarged: 1.2 })
    stage.stand("sports ball", [0.14, 0.92])
    return {
      caption: "a girl standing next to a bed with a teddy bear",
      description: "A girl stands in her bedroom in the evening. A teddy bear and a cat lie on the bed."
    }
  }
}

export const dinner: Recipe = {
  frame: { name: "dinner-table", width: 1000, height: 1000, setting: "table", light: "day", horizon: 0, eye: 110 },
  compose: (stage) => {
    const scale = 9.4
    stage.float("pizza", [0.5, 0.5], scale * 1.25)
    stage.float("bowl/top", [0.18, 0.2], scale * 1.05)
    stage.float("cup/top", [0.82, 0.19], scale * 1.3)
    stage.float("cup/top", [0.17, 0.82], scale * 1.3, { mirrored: true })
    stage.float("donut", [0.66, 0.12], scale * 1.2)
    stage.float("donut", [0.53, 0.11], scale * 1.2)
    stage.float("fork", [0.18, 0.52], scale * 1.4)
    stage.float("knife", [0.83, 0.5], scale * 1.4)
    stage.float("spoon", [0.89, 0.51], scale * 1.3)
    stage.float("cell phone", [0.83, 0.82], scale * 1.25)
    stage.float("sandwich", [0.5, 0.89], scale)
    return {
      caption: "a pizza on a wooden table with cups and a bowl of salad",
      description:
        "A pizza lies on a wooden table between a fork and a knife, seen from above. There are two cups of coffee, donuts, a sandwich and a bowl of salad."
    }
  }
}

export const party: Recipe = {
  frame: { name: "birthday", width: 1100, height: 825, setting: "table", light: "evening", horizon: 0.36, eye: 34 },
  compose: (stage) => {
    stage.stand("bottle", [0.2, 0.74])
    stage.stand("bottle", [0.27, 0.72])
    stage.stand("vase", [0.83, 0.74])
    stage.stand("wine glass", [0.36, 0.78], { enlarged: 1.1 })
    stage.stand("wine glass", [0.66, 0.77], { enlarged: 1.1 })
    stage.stand("cake", [0.51, 0.86], { enlarged: 1.35 })
    stage.stand("cup", [0.74, 0.88])
    stage.stand("donut", [0.25, 0.9])
    stage.stand("donut", [0.33, 0.93])
    stage.stand("apple", [0.86, 0.92])
    stage.stand("orange", [0.92, 0.93])
    stage.stand("sandwich", [0.12, 0.93])
    return {
      caption: "a birthday cake with candles on a table",
      description:
        "A birthday cake with candles stands on a table between wine glasses, bottles, donuts and a vase with flowers."
    }
  }
}

export const breakfast: Recipe = {
  frame: { name: "breakfast", width: 640, height: 480, setting: "table", light: "day", horizon: 0.42, eye: 34 },
  compose: (stage) => {
    stage.stand("toaster", [0.2, 0.74], { enlarged: 0.95 })
    stage.stand("bottle", [0.42, 0.72], { enlarged: 0.9 })
    stage.stand("bowl", [0.62, 0.82])
    stage.stand("cup", [0.37, 0.88])
    stage.stand("banana", [0.84, 0.86])
    stage.stand("orange", [0.73, 0.94])
    stage.stand("apple", [0.55, 0.95])
    stage.stand("hot dog", [0.16, 0.94])
    return {
      caption: "breakfast on a table with a cup, a bowl and fruit",
      description:
        "Breakfast stands on a wooden table: a cup of coffee, a bowl, toast, a banana, an apple and an orange."
    }
  }
}

export const pets: Recipe = {
  frame: { name: "pets", width: 320, height: 240, setting: "living room", light: "day", horizon: 0.5, eye: 60 },
  compose: (stage) => {
    stage.stand("dog", [0.36, 0.92])
    stage.stand("cat", [0.76, 0.93])
    return {
      caption: "a dog and a cat sitting on the floor",
      description: "A dog and a cat are together on the floor of a living room."
    }
  }
}
