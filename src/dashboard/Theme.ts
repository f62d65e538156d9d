/** Light or dark: as the system has it, unless one was chosen. */
import { effect, signal } from "@preact/signals"

export type Theme = "system" | "light" | "dark"

const themes: ReadonlyArray<Theme> = ["system", "light", "dark"]
const key = "windmill-theme"

export const theme = signal<Theme>(themes.find((each) => each === localStorage.getItem(key)) ?? "system")

export const next = (): void => {
  theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length]!
}

effect(() => {
  localStorage.setItem(key, theme.value)
  document.documentElement.dataset["theme"] = theme.value
})
