/** Folders of a test's own. */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { Effect, FileSystem } from "effect"

/** An empty folder that is deleted with the scope. */
export const temporary = FileSystem.FileSystem.use((fs) =>
  fs.makeTempDirectoryScoped({ prefix: "windmill-test-" })
).pipe(Effect.orDie, Effect.provide(NodeFileSystem.layer))
