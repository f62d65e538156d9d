/** Pages in the eyes of axe: names, roles, contrast, order. */
import { Effect } from "effect"
import { createRequire } from "node:module"
import type { Page } from "playwright-core"

const axe = createRequire(import.meta.url).resolve("axe-core")

interface Violation {
  readonly id: string
  readonly nodes: ReadonlyArray<{ readonly html: string; readonly failureSummary: string }>
}

/** What axe finds on the page, in words. */
export const complaints = (page: Page) =>
  Effect.promise(async () => {
    await page.addScriptTag({ path: axe })
    const { violations } = await page.evaluate<{ readonly violations: ReadonlyArray<Violation> }>(
      `axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })`
    )
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ failureSummary, html }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`)
    )
  })
