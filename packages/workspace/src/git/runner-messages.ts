import type { GitOutcome, GitRequest } from "./run-git.ts";

/** What the runner's process is asked. */
export type RunnerRequest =
  | { readonly kind: "run"; readonly id: number; readonly request: GitRequest }
  | { readonly kind: "cancel"; readonly id: number };

/** What it answers: how git ended, or why it could not be run at all. */
export type RunnerReply =
  | { readonly id: number; readonly outcome: GitOutcome }
  | { readonly id: number; readonly failure: string };
