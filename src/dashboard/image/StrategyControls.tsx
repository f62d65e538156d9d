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
      <Choice
        label="Strategy"
        name="strategy"
        of={Strategies.names}
        value={strategy.name}
        choose={(value) => (view.strategy.value = value === used.name ? undefined : Replay.strategyOf(value))}
      />
      {view.arrangement.value === "strategies" && (
        <Choice
          label="Beside it"
          name="other"
          of={Strategies.names}
          value={other.name}
          choose={(value) => (view.other.value = Replay.strategyOf(value))}
        />
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
        <Choice
          label="Gate"
          name="gate"
          of={Gate.literals}
          value={String(strategy.options["gate"])}
          choose={(gate) => change({ gate })}
        />
      )}
      {view.strategy.value !== undefined && (
        <button type="button" onClick={() => (view.strategy.value = undefined)}>
          As configured
        </button>
      )}
    </div>
  )
}

interface ChoiceProps {
  readonly label: string
  readonly name: string
  readonly of: ReadonlyArray<string>
  readonly value: string
  readonly choose: (value: string) => void
}

const Choice = ({ choose, label, name, of, value }: ChoiceProps) => (
  <label>
    {label}
    <select name={name} value={value} onChange={({ currentTarget }) => choose(currentTarget.value)}>
      {of.map((one) => (
        <option key={one} value={one}>
          {one}
        </option>
      ))}
    </select>
  </label>
)
