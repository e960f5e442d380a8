import type { AdapterPromise } from "./adapter-promise.ts";
import { AGENT_PROMISES } from "./promises/agent.ts";
import { CANCEL_PROMISES } from "./promises/cancel.ts";
import { CONTEXT_PROMISES } from "./promises/context.ts";
import { CRASH_PROMISES } from "./promises/crash.ts";
import { END_PROMISES } from "./promises/end.ts";
import { FAILURE_PROMISES } from "./promises/failure.ts";
import { FRAMING_PROMISES } from "./promises/framing.ts";
import { PING_PROMISES } from "./promises/ping.ts";
import { PROBE_PROMISES } from "./promises/probe.ts";
import { QUESTION_PROMISES } from "./promises/question.ts";
import { SESSION_PROMISES } from "./promises/session.ts";
import { START_PROMISES } from "./promises/start.ts";
import { TURN_PROMISES } from "./promises/turn.ts";

/** Everything that the contract says of an adapter, in the order in which it is tried. */
export const promises: readonly AdapterPromise[] = [
  ...START_PROMISES,
  ...TURN_PROMISES,
  ...FRAMING_PROMISES,
  ...CANCEL_PROMISES,
  ...CRASH_PROMISES,
  ...CONTEXT_PROMISES,
  ...SESSION_PROMISES,
  ...PING_PROMISES,
  ...QUESTION_PROMISES,
  ...FAILURE_PROMISES,
  ...AGENT_PROMISES,
  ...PROBE_PROMISES,
  ...END_PROMISES,
];
