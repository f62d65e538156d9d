/** Builds the dashboard; the API serves what comes out. */
import { defineConfig, parseAst, type Plugin } from "vite"

export default defineConfig({
  root: "src/dashboard",
  // The dashboard may be served under any path.
  base: "./",
  // The same script whatever NODE_ENV is.
  oxc: { jsx: { development: false } },
  plugins: [withoutDescriptions()],
  build: {
    outDir: "../../dist/dashboard",
    emptyOutDir: true,
    target: "es2023",
    modulePreload: false
  }
})

/**
 * Leaves what the API says about itself to people, `OpenApi.annotations({ … })`, out of the page, which does not show it: 4.5 kB of
 * 148, compressed.
 */
function withoutDescriptions(): Plugin {
  return {
    name: "without-descriptions",
    enforce: "post",
    transform: (code, id) => {
      if (!/\/api\/definition\/\w+\.ts$/.test(id)) return null
      const told: Array<{ readonly start: number; readonly end: number }> = []
      JSON.stringify(parseAst(code), (_, node) => {
        if (
          node?.type === "CallExpression" &&
          code.slice(node.callee.start, node.callee.end) === "OpenApi.annotations"
        ) {
          told.push(node.arguments[0])
        }
        return node
      })
      const rest = told
        .toSorted((a, b) => b.start - a.start)
        .reduce((text, { end, start }) => `${text.slice(0, start)}{}${text.slice(end)}`, code)
      return { code: rest, map: null }
    }
  }
}
