import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Schedule, Stream } from "effect"
import * as NodeFs from "node:fs"
import * as PictureWatch from "../../../src/layers/files/PictureWatch.ts"
import * as Folders from "../../support/Folders.ts"

/** Collects what is told of the folder while the scope is open. */
const told = Effect.fnUntraced(function* (folder: string) {
  const names: Array<string> = []
  yield* PictureWatch.watch([folder], { poll: Option.none() }).pipe(
    Stream.runForEach(({ filename }) => Effect.sync(() => names.push(filename))),
    Effect.forkScoped
  )
  const until = (count: number) =>
    Effect.sync(() => names.length).pipe(
      Effect.repeat({ until: (length) => length >= count, schedule: Schedule.spaced("50 millis") }),
      Effect.timeout("15 seconds")
    )
  return { names, until }
})

describe("watch", () => {
  it.live("tells of what is there, and of each picture that comes or changes when it is whole", () =>
    Effect.gen(function* () {
      const folder = yield* Folders.temporary
      NodeFs.mkdirSync(`${folder}/@eaDir`)
      NodeFs.writeFileSync(`${folder}/before.jpg`, "1")
      NodeFs.writeFileSync(`${folder}/@eaDir/thumb.jpg`, "1")
      const { names, until } = yield* told(folder)
      yield* until(1)
      assert.deepEqual(names, ["before.jpg"])
      NodeFs.mkdirSync(`${folder}/below`)
      const file = NodeFs.openSync(`${folder}/below/slow.jpg`, "w")
      NodeFs.writeFileSync(`${folder}/notes.txt`, "1")
      NodeFs.writeFileSync(`${folder}/@eaDir/more.jpg`, "1")
      for (let part = 0; part < 6; part++) {
        NodeFs.writeSync(file, "part")
        yield* Effect.sleep("500 millis")
      }
      assert.lengthOf(names, 1)
      NodeFs.closeSync(file)
      yield* until(2)
      NodeFs.appendFileSync(`${folder}/before.jpg`, "2")
      yield* until(3)
      assert.deepEqual(names, ["before.jpg", "slow.jpg", "before.jpg"])
    }).pipe(Effect.scoped)
  )

  it.live("refuses what is no folder", () =>
    Effect.gen(function* () {
      const folder = yield* Folders.temporary
      NodeFs.writeFileSync(`${folder}/a.jpg`, "1")
      const problem = (place: string) =>
        Effect.map(Effect.flip(Stream.runDrain(PictureWatch.watch([place], { poll: Option.none() }))), String)
      assert.match(yield* problem(`${folder}/none`), /none does not exist: check the path/)
      assert.match(yield* problem(`${folder}/a.jpg`), /a\.jpg is not a folder: only folders are watched/)
    }).pipe(Effect.scoped)
  )
})
