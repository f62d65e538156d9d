/** The frame around the pages, and which page is shown. */
import type { ComponentChildren } from "preact"
import type { StepName } from "../domain/StepName.ts"
import { Add } from "./add/Add.tsx"
import { Dropping } from "./add/Dropping.tsx"
import { DeadLetters } from "./dead-letters/DeadLetters.tsx"
import { Failures } from "./failures/Failures.tsx"
import { ImagePage } from "./image/ImagePage.tsx"
import { Images } from "./images/Images.tsx"
import { LogIn } from "./LogIn.tsx"
import { api, send } from "./Client.ts"
import { Operations } from "./operations/Operations.tsx"
import { Overview } from "./overview/Overview.tsx"
import { Pictures } from "./parts/Picture.ts"
import { servedPictures } from "./parts/ServedPictures.ts"
import { Simulated } from "./parts/Simulated.tsx"
import { useResource } from "./Resource.ts"
import { route } from "./Route.ts"
import { Keys, showKeys } from "./Keys.tsx"
import { skip, usePage } from "./Page.ts"
import { href, type Route } from "./Routes.ts"
import * as Theme from "./Theme.ts"
import windmill from "./windmill.svg"
import { StatisticsPage } from "./statistics/StatisticsPage.tsx"
import { Workers } from "./workers/Workers.tsx"

export const App = () => {
  usePage(route.value)
  const session = useResource(() => send(api.session.state()))
  const state = session.value.value
  const isOpen = state === undefined || !state.needsToken || state.isLoggedIn
  const isKnown = state !== undefined && isOpen
  const workflow = useResource(async () => (isKnown ? send(api.pipeline.workflow()) : undefined), {
    key: `${isKnown} ${route.value.path.join("/")}`
  })
  return (
    <Pictures.Provider value={servedPictures}>
      <a class="skip" href="#main" onClick={skip}>
        Skip to the content
      </a>
      <Header
        {...(state?.needsToken === true && state.isLoggedIn ? { right: state.right, onLogOut: session.refresh } : {})}
      />
      <main id="main" tabIndex={-1}>
        {!isOfImage(route.value) && <Simulated services={workflow.value.value?.simulated ?? []} />}
        {isOpen ? pageOf(route.value) : <LogIn onLogIn={session.refresh} />}
      </main>
      <Keys />
      {isOpen && <Dropping />}
    </Pictures.Provider>
  )
}

/** The page of an image says of its own answers whether they are simulated. */
const isOfImage = ({ path: [page, id] }: Route): boolean => page === "images" && id !== undefined

const pageOf = ({ path: [page = "", id], query }: Route): ComponentChildren => {
  switch (page) {
    case "":
      return <Overview />
    case "images":
      if (id === undefined) return <Images query={query} />
      return /^[1-9]\d{0,15}$/.test(id) ? <ImagePage id={Number(id)} /> : <h1>There is no image {id}</h1>
    case "add":
      return <Add />
    case "failures":
      return <Failures step={query.get("step") ?? undefined} />
    case "dead-letters":
      return <DeadLetters key={query.get("step") ?? ""} step={(query.get("step") as StepName | null) ?? undefined} />
    case "operations":
      return <Operations />
    case "statistics":
      return <StatisticsPage group={query.get("group") ?? undefined} />
    case "workers":
      return <Workers />
    default:
      return <h1>There is no such page</h1>
  }
}

const pages = [
  ["", "Overview"],
  ["images", "Images"],
  ["add", "Add"],
  ["statistics", "Statistics"],
  ["failures", "Failures"],
  ["dead-letters", "Dead letters"],
  ["operations", "Operations"],
  ["workers", "Workers"]
] as const

interface HeaderProps {
  /** What the token lets one do, where one is logged in. */
  readonly right?: "read" | "full" | undefined
  readonly onLogOut?: () => Promise<void>
}

const Header = ({ onLogOut, right }: HeaderProps) => (
  <header class="top">
    <a class="brand" href={href("")}>
      <img src={windmill} alt="" width="26" height="26" />
      <span>Windmill</span>
    </a>
    <nav aria-label="Pages">
      {pages.map(([path, name]) => (
        <a key={path} href={href(path)} aria-current={(route.value.path[0] ?? "") === path ? "page" : undefined}>
          {name}
        </a>
      ))}
    </nav>
    <span class="tools">
      {right === "read" && <span class="badge">read only</span>}
      {onLogOut !== undefined && (
        <button type="button" class="plain" onClick={() => void send(api.session.logOut()).then(onLogOut)}>
          Log out
        </button>
      )}
      <a class="plain wide-only" href="./docs">
        API
      </a>
      <button type="button" class="plain" onClick={showKeys} aria-label="Keys">
        ?
      </button>
      <button type="button" class="plain" onClick={Theme.next} aria-label={`Theme: ${Theme.theme.value}. Change it`}>
        {{ system: "◐", light: "☀", dark: "☾" }[Theme.theme.value]}
      </button>
    </span>
  </header>
)
