/**
 * Puts the modules of the programs, and of Effect and OpenTelemetry, into a few files: a program that has to find and link 700 of
 * them takes twice the time to start.
 */
import { readdirSync } from "node:fs"
import { defineConfig } from "vite"

const programs = readdirSync("src/programs").filter((name) => /^[a-z-]+\.ts$/.test(name))

export default defineConfig({
  ssr: { noExternal: [/^effect/, /^@effect\//, /^@opentelemetry\//] },
  build: {
    ssr: true,
    outDir: "dist/programs",
    emptyOutDir: true,
    target: "es2023",
    sourcemap: true,
    rollupOptions: {
      input: {
        ...Object.fromEntries(
          programs.map((name) => [name.slice(0, -3), `dist/modules/programs/${name.replace(/ts$/, "js")}`])
        ),
        thread: "dist/modules/farm/models/threads/thread.js"
      },
      output: { entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" }
    }
  }
})
