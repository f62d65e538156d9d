/** Builds the page of the report into one file that needs nothing else; the programs write what it shows into it. */
import { createHash } from "node:crypto"
import { defineConfig, type Plugin } from "vite"

export default defineConfig({
  root: "src/dashboard",
  base: "./",
  plugins: [inOneFile()],
  build: {
    outDir: "../../dist/report",
    emptyOutDir: true,
    target: "es2023",
    modulePreload: false,
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    rolldownOptions: { input: "src/dashboard/report.html", output: { codeSplitting: false } }
  }
})

/**
 * Puts script and style into the page, and a Content-Security-Policy with them: nothing is loaded from anywhere, and no
 * script runs but this one.
 */
function inOneFile(): Plugin {
  return {
    name: "in-one-file",
    enforce: "post",
    generateBundle(_, bundle) {
      const page = bundle["report.html"]
      if (page?.type !== "asset") throw new Error("There is no report.html to put things into")
      const policies = ["default-src 'none'", "img-src data:", "font-src data:", "style-src 'unsafe-inline'"]
      const parts = Object.values(bundle).flatMap((part) => {
        if (part === page) return []
        delete bundle[part.fileName]
        // Within a script, these would end it or hide its end.
        if (part.type === "chunk") {
          const script = part.code.replace(/<(\/script|!--)/gi, "\\x3c$1")
          policies.push(`script-src 'sha256-${createHash("sha256").update(script).digest("base64")}'`)
          return [`<script type="module">${script}</script>`]
        }
        return [`<style>${String(part.source)}</style>`]
      })
      const policy = `<meta http-equiv="Content-Security-Policy" content="${policies.join("; ")}">`
      page.source = String(page.source)
        .replace(/\s*<(?:script type="module"|link rel="stylesheet")[^>]*>(?:<\/script>)?/g, "")
        .replace(/<meta charset="utf-8" ?\/?>/, (charset) => [charset, policy].join("\n"))
        .replace("</head>", () => [...parts, "</head>"].join("\n"))
    }
  }
}
