/** A real browser, without a window, and pages that keep what goes wrong in them. */
import { Context, Effect, Layer } from "effect"
import { existsSync } from "node:fs"
import { pathToFileURL } from "node:url"
import { type Browser, chromium, type Page } from "playwright-core"
import * as ApiServer from "../../src/programs/api/ApiServer.ts"

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium"

/** The browser must not look for anything outside of this machine. */
const args = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync"
]

export class Chromium extends Context.Service<Chromium, Browser>()("windmill/test/Chromium") {}

/** Fails, and says what to do, when there is no Chromium. */
export const layer = Layer.effect(
  Chromium,
  Effect.acquireRelease(
    Effect.suspend(() =>
      existsSync(executablePath)
        ? Effect.promise(() => chromium.launch({ executablePath, args }))
        : Effect.die(
            new Error(
              `No Chromium at ${executablePath}. Install it (apt-get install chromium fonts-noto-color-emoji), or set CHROMIUM to its path.`
            )
          )
    ),
    (browser) => Effect.promise(() => browser.close())
  )
)

export interface PageOptions {
  /** Pixels. */
  readonly width?: number
  /** Pixels. */
  readonly height?: number
  readonly colorScheme?: "light" | "dark"
  /** Lets a test add a script to the page. */
  readonly bypassCSP?: boolean
}

export type { Page } from "playwright-core"

/** An empty page in a browser context of its own, what its console has complained about, and what it asked the network for. */
const blank = ({ bypassCSP = false, colorScheme = "light", height = 800, width = 1280 }: PageOptions) =>
  Effect.gen(function* () {
    const browser = yield* Chromium
    const context = yield* Effect.acquireRelease(
      Effect.promise(() => browser.newContext({ viewport: { width, height }, colorScheme, bypassCSP })),
      (context) => Effect.promise(() => context.close())
    )
    const page: Page = yield* Effect.promise(() => context.newPage())
    page.setDefaultTimeout(15_000)
    const complaints: Array<string> = []
    const requests: Array<string> = []
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning")
        complaints.push(`${message.text()} ${message.location().url}`)
    })
    page.on("pageerror", (error) => complaints.push(error.message))
    page.on("request", (request) => requests.push(request.url()))
    return { page, complaints, requests }
  })

/** A page of the dashboard. */
export const open = (route: string, options: PageOptions = {}) =>
  Effect.gen(function* () {
    const address = yield* ApiServer.address
    const { complaints, page } = yield* blank(options)
    const goTo = (route: string) => Effect.promise(() => page.goto(`${address}/#/${route}`))
    yield* goTo(route)
    return { page, goTo, complaints }
  })

/** A page from a file. `goTo` goes to a place in it. */
export const openFile = (file: string, options: PageOptions = {}) =>
  Effect.gen(function* () {
    const opened = yield* blank(options)
    const goTo = (route: string) => Effect.promise(() => opened.page.goto(`${pathToFileURL(file)}#/${route}`))
    yield* goTo("")
    return { ...opened, goTo }
  })
