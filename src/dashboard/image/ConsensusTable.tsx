/** What the services agree on: every candidate with its votes, its evidence and the rule that decided. */
import type { Consensus } from "../../domain/Consensus.ts"
import type { Candidate } from "../../domain/consensus/Candidate.ts"
import type { ServiceId } from "../../domain/Identifiers.ts"
import { Votes } from "./BoxDetails.tsx"

export interface ConsensusTableProps {
  readonly consensus: Consensus
  readonly colors: ReadonlyMap<ServiceId, string>
}

export const ConsensusTable = ({ colors, consensus }: ConsensusTableProps) => {
  const { consensus: accepted, tentative } = consensus.votes
  const most = Math.max(1, ...[...accepted, ...tentative].map(({ finalScore }) => finalScore))
  return (
    <section class="card consensus" aria-labelledby="consensus">
      <h2 id="consensus">Consensus</h2>
      {accepted.length === 0 && <p class="soft">The services agree on nothing so far.</p>}
      {accepted.length > 0 && <Table candidates={accepted} most={most} colors={colors} />}
      {tentative.length > 0 && (
        <details>
          <summary>{tentative.length} more, not accepted</summary>
          <Table candidates={tentative} most={most} colors={colors} />
        </details>
      )}
    </section>
  )
}

const Table = ({
  candidates,
  colors,
  most
}: {
  readonly candidates: ReadonlyArray<Candidate>
  /** The highest score of all candidates. */
  readonly most: number
  readonly colors: ReadonlyMap<ServiceId, string>
}) => (
  <div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">Concept</th>
          <th scope="col">Score</th>
          <th scope="col">Votes</th>
          <th scope="col">Evidence</th>
          <th scope="col">Decided by</th>
        </tr>
      </thead>
      <tbody>
        {candidates.map((candidate) => (
          <tr key={candidate.concept} data-concept={candidate.concept}>
            <th scope="row">
              <span class="emoji">{candidate.emoji}</span> {candidate.label}
              {candidate.shiny && <span title="shiny"> ✨</span>}
              {candidate.instances.count > 1 && <small> × {candidate.instances.count}</small>}
            </th>
            <td>
              <Score candidate={candidate} most={most} />
            </td>
            <td>
              <Votes voted={candidate.services} against={candidate.dissenters} colors={colors} />
              <small class="voters">
                {candidate.voters.map(({ confidence, service }) => (
                  <span key={service}>
                    {service} {confidence?.toFixed(2)}
                  </span>
                ))}
                {candidate.dissenters.map((service) => (
                  <s key={service}>{service}</s>
                ))}
              </small>
            </td>
            <td>
              <small>
                {Object.entries(candidate.evidence.scores)
                  .filter(([, score]) => score > 0)
                  .map(([kind, score]) => (
                    <span key={kind} class="kind">
                      {kind} {score.toFixed(2)}
                    </span>
                  ))}
                {candidate.validations.map(({ reason, rule, score }) => (
                  <span key={rule} class="validation">
                    {rule.replaceAll("_", " ")} {score > 0 ? "+" : ""}
                    {score.toFixed(2)}: {reason}
                  </span>
                ))}
              </small>
            </td>
            <td>
              <b>{candidate.rule}</b> <small class="soft">{candidate.reason}</small>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

const kinds = ["spatial", "semantic", "classification", "specialized"] as const

/** The score as a bar of what each kind of evidence adds. */
const Score = ({ candidate, most }: { readonly candidate: Candidate; readonly most: number }) => (
  <span class="score">
    <b>{candidate.finalScore.toFixed(2)}</b>
    <span class="parts" aria-hidden="true">
      {kinds.map((kind) => (
        <i key={kind} class={kind} style={{ width: `${(100 * (candidate.evidence.scores[kind] ?? 0)) / most}%` }} />
      ))}
    </span>
  </span>
)
