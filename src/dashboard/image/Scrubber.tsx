/** Goes through the answers in the order in which they came, and back. */
import { useEffect } from "preact/hooks"
import { useSignal } from "@preact/signals"
import * as MergedBox from "../../domain/MergedBox.ts"
import { count, seconds } from "../parts/Words.ts"
import type { Answer, Frame } from "./Replay.ts"
import type { View } from "../viewer/View.ts"

/** How long each answer is shown while playing. */
const stepMilliseconds = 600

export interface ScrubberProps {
  readonly answers: ReadonlyArray<Answer>
  /** How many of the answers are known. */
  readonly position: number
  readonly view: View
  readonly frame: Frame
}

export const Scrubber = ({ answers, frame, position, view }: ScrubberProps) => {
  const isPlaying = useSignal(false)
  const goTo = (next: number) => (view.position.value = next >= answers.length ? undefined : next)
  useEffect(() => {
    if (!isPlaying.value) return
    if (position >= answers.length) {
      isPlaying.value = false
      return
    }
    const timer = setTimeout(() => goTo(position + 1), stepMilliseconds)
    return () => clearTimeout(timer)
  }, [isPlaying.value, position, answers.length])
  const play = () => {
    if (!isPlaying.value && position >= answers.length) goTo(0)
    isPlaying.value = !isPlaying.value
  }
  const confirmed = frame.boxes.filter(({ status }) => status === "confirmed").length
  return (
    <div class="scrubber">
      <button type="button" class="primary round" onClick={play} aria-label={isPlaying.value ? "Stop" : "Play"}>
        {isPlaying.value ? "❚❚" : "▶"}
      </button>
      <div class="track">
        <input
          type="range"
          min="0"
          max={answers.length}
          step="1"
          value={position}
          aria-label="Answers known"
          aria-valuetext={wordsFor(answers, position)}
          onInput={({ currentTarget }) => {
            isPlaying.value = false
            goTo(Number(currentTarget.value))
          }}
        />
        <div class="ticks" aria-hidden="true">
          {answers.map((answer, i) => (
            <i key={i} class={`${kindOf(answer)}${i < position ? " known" : ""}`} />
          ))}
        </div>
      </div>
      <p class="now" data-position={position}>
        <b>{wordsFor(answers, position)}</b>
        <span class="soft">
          {position} of {count(answers.length, "answer")} · {count(confirmed, "box", "boxes")} confirmed,{" "}
          {frame.boxes.length - confirmed} outvoted
        </span>
      </p>
    </div>
  )
}

const kindOf = (answer: Answer): string =>
  answer.result.outcome._tag === "Failure"
    ? "failure"
    : answer.isDetector
      ? "detector"
      : answer._tag === "Crop"
        ? "crop"
        : "other"

/** What the last of the known answers is. */
const wordsFor = (answers: ReadonlyArray<Answer>, position: number): string => {
  const answer = answers[position - 1]
  if (answer === undefined) return "Nothing is known yet"
  const after = seconds((answer.at.getTime() - answers[0]!.at.getTime()) / 1000)
  const about = answer._tag === "Crop" ? ` about the crop of ${MergedBox.inWords(answer.result.boxId)}` : ""
  const failed = answer.result.outcome._tag === "Failure" ? " failed" : ""
  return `${answer.result.service}${failed}${about}, after ${after}`
}
