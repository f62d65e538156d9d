import { defineConfig } from "vitest/config"

const integration = ["test/**/*.integration.test.ts"]

export default defineConfig({
  // Tests run what is in the folders of the source, not what was built from it.
  ssr: { resolve: { conditions: ["windmill-source"] } },
  test: {
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // Most of the time of the tests is waiting: for servers, programs and clocks.
    maxWorkers: 2,
    // On CI browsers and servers share two cores: a time-out may pass, what is wrong does not.
    retry: process.env["CI"] === undefined ? 0 : 2,
    projects: [
      // Tests without servers keep nothing outside of themselves: a worker loads the modules once for all of them.
      {
        extends: true,
        test: { name: "unit", include: ["test/**/*.test.ts"], exclude: integration, isolate: false }
      },
      { extends: true, test: { name: "integration", include: integration } }
    ]
  }
})
