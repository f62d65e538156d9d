import { Schema } from "effect"
export const Consensus = Schema.Struct({ consensus_algorithm: Schema.String })
export type Consensus = typeof Consensus.Type
