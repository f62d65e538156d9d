/** What stands before every endpoint. */
import { HttpApiMiddleware } from "effect/http-api"
import {
  ForbiddenProblem,
  InvalidRequestProblem,
  TooLargeProblem,
  TooManyRequestsProblem,
  UnauthorizedProblem,
  UnavailableProblem,
  UnexpectedProblem
} from "./Problems.ts"

/** Words whatever goes wrong as a problem: requests that cannot be read, a database that is away, defects. */
export class Faults extends HttpApiMiddleware.Service<Faults>()("windmill/programs/api/Faults", {
  error: [InvalidRequestProblem, TooLargeProblem, UnavailableProblem, UnexpectedProblem]
}) {}

/**
 * Lets in who may come in. With a token set: by `Authorization: Bearer <token>`, or by the cookie that `POST /session`
 * gives. Requests that change something need the token that may, and must not come from a page of another site.
 */
export class Access extends HttpApiMiddleware.Service<Access>()("windmill/programs/api/Access", {
  error: [UnauthorizedProblem, ForbiddenProblem, TooManyRequestsProblem, UnavailableProblem, UnexpectedProblem]
}) {}
