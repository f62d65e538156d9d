/** Corrections: off until they are switched on; what was recorded can always be read. */
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import * as Correct from "../../flows/Correct.ts"
import { ApiSettings } from "../ApiSettings.ts"
import { Api } from "../definition/Api.ts"
import { Forbidden } from "../definition/Problems.ts"
import { asProblems } from "../Failures.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "corrections",
  Effect.fnUntraced(function* (handlers) {
    const { corrects } = yield* ApiSettings
    const ifOn = corrects
      ? Effect.void
      : new Forbidden({ detail: "Corrections are switched off here: start this program with CORRECTIONS=on" })
    return handlers.handleAll({
      list: ({ params: { id } }) => asProblems(Correct.list(id)),
      record: ({ params: { id }, payload: { by, change } }) =>
        Effect.andThen(ifOn, asProblems(Correct.record(id, by, change))),
      withdraw: ({ params: { correction, id }, query: { by } }) =>
        Effect.andThen(ifOn, asProblems(Correct.withdraw(id, correction, by))),
      appraisal: () => asProblems(Correct.appraise)
    })
  })
)
