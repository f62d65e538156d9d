/** How the boxes would be with another strategy, or with other thresholds. */
import type { Strategy } from "../../domain/Harmonization.ts"
import { Gate } from "../../domain/harmonization/Gate.ts"
import * as Strategies from "../../domain/harmonization/Strategies.ts"
import * as Replay from "./Replay.ts"
import type { View } from "../viewer/View.ts"

export interface StrategyControlsProps {
  /** What the programs use. */
  readonly used: Strategy
  readonly strategy: Strategy
  /** What it is compared with. */
  readonly other: Strategy
  readonly view: View
}

/** The thresholds that can be moved, in words. All are IoUs. */
const thresholds: Readonly<Record<string, string>> = {
  mergeIou: "merge",
  groupIou: "group",
  overlapIou: "overlap",
  duplicateIou: "duplicate"
}

export const StrategyControls = ({ other, strategy, used, view }: StrategyControlsProps) => {
  const change = (options: Readonly<Record<string, unknown>>) =>
    (view.strategy.value = Replay.strategyOf(strategy.name, { ...strategy.options, ...options }))
  return (
    <div class="strategy">
      <label>
        Strategy
        <select
          name="strategy"
          value={strategy.name}
          onChange={({ currentTarget: { value } }) =>
            (view.strategy.value = value === used.name ? undefined : Replay.strategyOf(value))
          }
        >
          {Strategies.names.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {view.arrangement.value === "strategies" && (
        <label>
          Beside it
          <select
            name="other"
            value={other.name}
            onChange={({ currentTarget: { value } }) => (view.other.value = Replay.strategyOf(value))}
          >
            {Strategies.names.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      {Object.entries(thresholds).map(([option, name]) => {
        const value = strategy.options[option]
        return typeof value !== "number" ? null : (
          <label key={option} class="slider">
            IoU to {name} {value.toFixed(2)}
            <input
              type="range"
              name={option}
              min="0.05"
              max="0.95"
              step="0.05"
              value={value}
              onInput={({ currentTarget }) => change({ [option]: Number(currentTarget.value) })}
            />
          </label>
        )
      })}
      {strategy.options["gate"] !== undefined && (
        <label>
          Gate
          <select
            name="gate"
            value={String(strategy.options["gate"])}
            onChange={({ currentTarget }) => change({ gate: currentTarget.value })}
          >
            {Gate.literals.map((gate) => (
              <option key={gate} value={gate}>
                {gate}
              </option>
            ))}
          </select>
        </label>
      )}
      {view.strategy.value !== undefined && (
        <button type="button" onClick={() => (view.strategy.value = undefined)}>
          As configured
        </button>
      )}
    </div>
  )
}
