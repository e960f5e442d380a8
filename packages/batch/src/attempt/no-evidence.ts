import type { Evidence } from "../contract/evidence.ts";

/** What is known before anything happened: nothing was spent, either. */
export const NO_EVIDENCE: Evidence = Object.freeze({
  instance: null,
  changes: [],
  outside: [],
  claimedEdits: [],
  reply: null,
  usage: { inputTokens: 0, outputTokens: 0 },
  costUsd: 0,
  endedBy: null,
  transcript: null,
  questions: [],
  commit: null,
  parkedRef: null,
  outsideRef: null,
  earlierRefs: [],
  patch: null,
});
