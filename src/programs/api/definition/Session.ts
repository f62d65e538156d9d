/** Logging in, for pages: they cannot send a token with a picture or an event stream, and get a cookie instead. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { ForbiddenProblem, UnauthorizedProblem } from "./Problems.ts"

/** Whether a token is needed, and whether this request came with a good one. */
export const SessionState = Schema.Struct({ needsToken: Schema.Boolean, isLoggedIn: Schema.Boolean })

const state = HttpApiEndpoint.get("state", "/session", { success: SessionState }).annotateMerge(
  OpenApi.annotations({ summary: "See whether one is logged in" })
)

const logIn = HttpApiEndpoint.post("logIn", "/session", {
  payload: Schema.Struct({ token: Schema.String }),
  success: HttpApiSchema.NoContent,
  error: [UnauthorizedProblem, ForbiddenProblem]
}).annotateMerge(OpenApi.annotations({ summary: "Log in with the API token; sets a cookie" }))

const logOut = HttpApiEndpoint.delete("logOut", "/session", { success: HttpApiSchema.NoContent }).annotateMerge(
  OpenApi.annotations({ summary: "Forget the cookie" })
)

export class Session extends HttpApiGroup.make("session")
  .add(state, logIn, logOut)
  .annotateMerge(OpenApi.annotations({ title: "Session" })) {}
