/**
 * A frame of lines at the end of a terminal that is drawn again in place, with a log that scrolls away above it.
 *
 * Where nothing can be drawn again (a file, a pipe, a dumb terminal) frames are left out and only the log is written.
 * The cursor is hidden while there is a frame and shown again at the end, however the end comes.
 */
import { Effect, type Scope } from "effect"

/** What is needed of `process.stdout`. */
export interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
  readonly getColorDepth?: () => number
  readonly write: (text: string) => boolean
}

export interface TerminalDisplay {
  /** Whether frames are shown. */
  readonly isLive: boolean
  /** Bits of color: 1 (none), 4, 8 or 24. Follows `NO_COLOR` and `FORCE_COLOR`. */
  readonly color: 1 | 4 | 8 | 24
  /** The columns and rows that a frame may have now; they change with the window. */
  readonly size: Effect.Effect<{ readonly width: number; readonly height: number }>
  /** Replaces the frame. A line that is too wide is cut by the terminal. */
  readonly update: (lines: ReadonlyArray<string>) => Effect.Effect<void>
  /** Writes a line above the frame. */
  readonly log: (line: string) => Effect.Effect<void>
  /** Leaves the frame as it is and shows the cursor. The next frame begins below. */
  readonly finish: Effect.Effect<void>
}

/** A display on `output`, which is `process.stdout` unless given. `terminal` is the value of `TERM`. */
export const make = ({
  output = process.stdout,
  terminal = process.env["TERM"]
}: { readonly output?: Output; readonly terminal?: string | undefined } = {}): Effect.Effect<
  TerminalDisplay,
  never,
  Scope.Scope
> =>
  Effect.gen(function* () {
    const isLive = output.isTTY === true && terminal !== "dumb"
    let frame: ReadonlyArray<string> | undefined

    const draw = (lines: ReadonlyArray<string>, above: ReadonlyArray<string> = []) => {
      const home = frame === undefined ? hideCursor : up(frame.length)
      const text = [...above, ...lines].map((line) => `${line}${clearRight}\n`).join("")
      output.write(`${home}${wrapOff}${text}${clearBelow}${wrapOn}`)
      frame = lines
    }
    const finish = () => {
      if (frame !== undefined) output.write(showCursor)
      frame = undefined
    }
    yield* Effect.acquireRelease(
      Effect.sync(() => process.once("exit", finish)),
      () =>
        Effect.sync(() => {
          process.off("exit", finish)
          finish()
        })
    )

    return {
      isLive,
      color: isLive ? colorDepth(output.getColorDepth?.()) : 1,
      size: Effect.sync(() => ({ width: output.columns ?? 80, height: Math.max(1, (output.rows ?? 24) - 1) })),
      update: (lines) => (isLive ? Effect.sync(() => draw(lines)) : Effect.void),
      log: (line) =>
        Effect.sync(() => {
          if (frame === undefined) output.write(`${line}\n`)
          else draw(frame, [line])
        }),
      finish: Effect.sync(finish)
    }
  })

// Control sequences of ECMA-48 and DEC terminals.
const hideCursor = "\u001b[?25l"
const showCursor = "\u001b[?25h"
const wrapOff = "\u001b[?7l"
const wrapOn = "\u001b[?7h"
const clearRight = "\u001b[K"
const clearBelow = "\u001b[J"
const up = (rows: number) => (rows === 0 ? "" : `\u001b[${rows}A`)

const colorDepth = (bits = 1): TerminalDisplay["color"] => (bits >= 24 ? 24 : bits >= 8 ? 8 : bits >= 4 ? 4 : 1)
