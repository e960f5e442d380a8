import { record } from "../proof/usage.ts";

/** The answer to a request for permission. */
export type PermissionOutcome =
  | { readonly outcome: "selected"; readonly optionId: string }
  | { readonly outcome: "cancelled" };

/** This time rather than for ever: what is allowed for ever may end up in the user's settings. */
const KINDS = {
  yes: ["allow_once", "allow_always"],
  no: ["reject_once", "reject_always"],
} as const;

/** The option that says yes or no, by its kind: ids and words are each agent's own. */
export function chooseOption(options: unknown, yes: boolean): PermissionOutcome {
  const offered = Array.isArray(options) ? options.map(record) : [];
  for (const kind of yes ? KINDS.yes : KINDS.no) {
    const option = offered.find((one) => one.kind === kind);
    if (typeof option?.optionId === "string") {
      return { outcome: "selected", optionId: option.optionId };
    }
  }
  return { outcome: "cancelled" };
}
