import { assert, describe, it } from "@effect/vitest"
import * as NodeFs from "node:fs"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))
const page = NodeFs.readFileSync(`${root}docs/security.md`, "utf8")

/** The rows of the tables of promises, with the test of each. */
const promises = page
  .slice(page.indexOf("## What is promised"), page.indexOf("## What is not promised"))
  .split("\n")
  .filter((line) => line.startsWith("| ") && !/^\| (---|promise )/.test(line))
  .map((line) => ({ line, named: /`(test\/\S+\.test\.ts)` \*(.+)\* \|$/.exec(line) }))

describe("docs/security.md", () => {
  it("names for each promise a test that there is", () => {
    assert.isAbove(promises.length, 25)
    for (const { line, named } of promises) {
      const [, file = "", title = ""] = named ?? []
      assert.isTrue(NodeFs.existsSync(root + file) && file !== "", line)
      assert.include(NodeFs.readFileSync(root + file, "utf8"), title, line)
    }
  })
})
