/**
 * Makes the pictures for the documentation: `npm run screenshots`, or those of one kind, `npm run screenshots trace`.
 * The servers of the tests must run.
 */
import { runnerImport } from "vite"

const kinds = {
  dashboard: ["test/support/Screenshots.ts", "docs/images"],
  trace: ["test/support/TracePicture.ts", "docs/images/trace.png"]
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(kinds)

for (const kind of wanted) {
  const [file, target] = kinds[kind]
  const { module } = await runnerImport(file, {
    configFile: false,
    environments: { inline: { resolve: { conditions: ["windmill-source"] } } }
  })
  await module.take(target)
}
