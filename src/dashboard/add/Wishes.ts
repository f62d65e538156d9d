/** What is wished of the pictures that are added next. */
import { signal } from "@preact/signals"
import type { Wishes } from "./Sending.ts"

export const wishes = signal<Wishes>({ group: "", services: "" })
