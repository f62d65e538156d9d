/** What is wrong in a configuration, and where. */
import { SchemaIssue } from "effect"

/** A place in a configuration and what is wrong there. */
export interface Problem {
  readonly path: string
  readonly message: string
}

/** Every problem of a configuration that lies below `at`; `unknown` says what to do about a setting that is not known there. */
export const ofIssue = (
  issue: SchemaIssue.Issue,
  { at = [], unknown }: { readonly at?: ReadonlyArray<string>; readonly unknown: string }
): ReadonlyArray<Problem> =>
  formatIssue(issue).issues.map(({ message, path }) => ({
    path: [...at, ...(path ?? []).map((segment) => String(typeof segment === "object" ? segment.key : segment))].join(
      "."
    ),
    message: message === "Expected no excess property" ? unknown : message
  }))

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()
