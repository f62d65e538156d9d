/** Logging in and out. */
import { Duration, Effect, Option } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { Sessions } from "../../../services/Sessions.ts"
import { ApiSettings } from "../ApiSettings.ts"
import { Api } from "../definition/Api.ts"
import { Unauthorized } from "../definition/Problems.ts"
import { asProblems } from "../Failures.ts"
import { checkOrigin, cookie, fingerprintOf, identify, isText, senderOf, tokenWith } from "../Guards.ts"
import { Throttle } from "../Throttle.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "session",
  Effect.fnUntraced(function* (handlers) {
    const settings = yield* ApiSettings
    const { publicUrl, token } = settings
    const secure = Option.exists(publicUrl, (url) => url.startsWith("https:"))

    const withCookie = (value: string, maxAge: number) =>
      HttpServerResponse.setCookieUnsafe(HttpServerResponse.empty({ status: 204 }), cookie, value, {
        path: "/",
        httpOnly: true,
        sameSite: "strict",
        secure,
        maxAge: `${maxAge} seconds`
      })

    const senderOfRequest = yield* identify
    const sessions = yield* Sessions
    const throttle = yield* Throttle

    return handlers.handleAll({
      state: ({ request }) =>
        Effect.map(senderOfRequest(request), (sender) => ({
          needsToken: Option.isSome(token),
          isLoggedIn: sender !== undefined,
          ...(sender === undefined ? {} : { right: sender.right })
        })),

      logIn: ({ payload, request }) =>
        Effect.gen(function* () {
          yield* checkOrigin(request, settings)
          if (Option.isNone(token)) return HttpServerResponse.empty({ status: 204 })
          const found = yield* throttle.guard(senderOf(request), () => tokenWith(isText(payload.token), settings))
          if (found === undefined) return yield* new Unauthorized({ detail: "This is not the API token" })
          yield* Effect.logInfo(`${found.name ?? "A page"} logged in from ${senderOf(request)}`)
          const secret = yield* asProblems(sessions.begin(fingerprintOf(found.token), lasts))
          return withCookie(secret, Duration.toSeconds(lasts))
        }),

      logOut: ({ request }) =>
        Effect.gen(function* () {
          yield* checkOrigin(request, settings)
          const secret = request.cookies[cookie]
          if (secret !== undefined) yield* asProblems(sessions.end(secret))
          return withCookie("", 0)
        }),

      logOutEverywhere: () => Effect.map(asProblems(sessions.endAll), (count) => ({ count }))
    })
  })
)

/** How long a page stays logged in. */
const lasts = Duration.days(7)
