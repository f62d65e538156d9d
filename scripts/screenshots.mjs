/** Takes the screenshots of the dashboard for the documentation: `npm run screenshots`. */
import { runnerImport } from "vite"

const { module } = await runnerImport("test/support/Screenshots.ts", { configFile: false })
await module.take("docs/images")
