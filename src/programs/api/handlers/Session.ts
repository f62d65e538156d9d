/** Logging in and out. */
import { Effect, Option } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { ApiSettings } from "../ApiSettings.ts"
import { Api } from "../definition/Api.ts"
import { Unauthorized } from "../definition/Problems.ts"
import { checkOrigin, cookie, isLoggedIn, isToken, sessionOf } from "../Guards.ts"

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

    return handlers.handleAll({
      state: ({ request }) =>
        Effect.succeed({ needsToken: Option.isSome(token), isLoggedIn: isLoggedIn(request, settings) }),

      logIn: ({ payload, request }) =>
        Effect.gen(function* () {
          yield* checkOrigin(request, settings)
          if (Option.isNone(token)) return HttpServerResponse.empty({ status: 204 })
          if (!isToken(payload.token, token.value))
            return yield* new Unauthorized({ detail: "This is not the API token" })
          return withCookie(sessionOf(token.value), 30 * 24 * 3600)
        }),

      logOut: () => Effect.succeed(withCookie("", 0))
    })
  })
)
