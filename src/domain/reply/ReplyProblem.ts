/**
 * Why there is no reply: the service said that it failed (whatever the HTTP status), or what it sent is not a reply of the
 * contract.
 */
export type ReplyProblem =
  | { readonly _tag: "ServiceError"; readonly message: string }
  | { readonly _tag: "Unreadable"; readonly message: string }

/** What a protocol makes of an answer that is no reply; `Busy`: the service cannot serve now. */
export type ProtocolProblem = ReplyProblem | { readonly _tag: "Busy"; readonly message: string }
