/** Builds the dashboard; the API serves what comes out. */
import { defineConfig } from "vite"

export default defineConfig({
  root: "src/dashboard",
  // The dashboard may be served under any path.
  base: "./",
  build: {
    outDir: "../../dist/dashboard",
    emptyOutDir: true,
    target: "es2023",
    modulePreload: false
  }
})
