/** Logging in, for pages: they cannot send a token with a picture or an event stream, and get a cookie instead. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Access } from "./Guards.ts"
import { ForbiddenProblem, TooManyRequestsProblem, UnauthorizedProblem } from "./Problems.ts"

/** What a token lets one do: look at everything, or also change it. */
export const Right = Schema.Literals(["read", "full"])
export type Right = typeof Right.Type

/** Whether a token is needed, whether this request came with a good one, and what that is good for. */
export const SessionState = Schema.Struct({
  needsToken: Schema.Boolean,
  isLoggedIn: Schema.Boolean,
  right: Schema.optionalKey(Right)
})

const state = HttpApiEndpoint.get("state", "/session", {
  success: SessionState,
  error: TooManyRequestsProblem
}).annotateMerge(OpenApi.annotations({ summary: "See whether one is logged in" }))

const logIn = HttpApiEndpoint.post("logIn", "/session", {
  payload: Schema.Struct({ token: Schema.String }),
  success: HttpApiSchema.NoContent,
  error: [UnauthorizedProblem, ForbiddenProblem, TooManyRequestsProblem]
}).annotateMerge(
  OpenApi.annotations({
    summary: "Log in with the API token; sets a cookie that is good for a week, until one logs out"
  })
)

const logOut = HttpApiEndpoint.delete("logOut", "/session", {
  success: HttpApiSchema.NoContent,
  error: ForbiddenProblem
}).annotateMerge(OpenApi.annotations({ summary: "Log out: the cookie is good for nothing any more" }))

const logOutEverywhere = HttpApiEndpoint.delete("logOutEverywhere", "/sessions", {
  success: Schema.Struct({ count: Schema.Int })
})
  .middleware(Access)
  .annotateMerge(OpenApi.annotations({ summary: "Log everybody out who logged in with a token; `count`: sessions" }))

export class Session extends HttpApiGroup.make("session")
  .add(state, logIn, logOut, logOutEverywhere)
  .annotateMerge(OpenApi.annotations({ title: "Session" })) {}
