import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // On CI browsers and servers share two cores: a time-out may pass, what is wrong does not.
    retry: process.env["CI"] === undefined ? 0 : 2
  }
})
