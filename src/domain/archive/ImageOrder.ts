/** The orders in which images can be listed; those that are alike in it stand newest first. */
import { Schema } from "effect"

/**
 * - `newest`: the latest first
 * - `least-agreement`: the least share of the judgments of detectors about boxes that are for them; images without boxes last
 * - `lowest-confidence`: the least confidence of what the services agreed on, where one was given; images without one last
 * - `most-boxes`: confirmed boxes
 * - `most-failures`: failures as they are listed
 */
export const ImageOrder = Schema.Literals([
  "newest",
  "least-agreement",
  "lowest-confidence",
  "most-boxes",
  "most-failures"
])
export type ImageOrder = typeof ImageOrder.Type
