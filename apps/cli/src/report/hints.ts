import type { FailureClass, RunReport } from "@cluster/batch";
import { clusterCommand } from "../command/command-to-copy.ts";

const HINTS: Partial<Record<FailureClass, string>> = {
  auth: "Check the API key: the tool gets the environment's, or its own argument after --.",
  quota: "Run it again when the provider allows; what has landed stays.",
  overload: "Run it again when the provider answers; what has landed stays.",
  context: "Give the tool less: fewer --read files, or a model with a larger window.",
};

/** Words for what no look at the machine can find: `cluster doctor` would say that all is well. */
const NO_MODEL = /\bNo (LLM )?model was specified\b|\bno API keys? (was|were) provided\b/i;
const UNKNOWN_MODEL = /\blitellm\.\w+Error\b/;

/** An adapter that knows its tool has said what to set. */
const ADVISED = /\blog-in was seen\b/;

const SET_KEY =
  "Set the key of your provider, e.g. export OPENAI_API_KEY=…, or name a model with --model.";

function environmentHint(message: string, elsewhere: string | undefined): string {
  if (UNKNOWN_MODEL.test(message)) {
    return "Name a model that the provider knows with --model.";
  }
  return `This says what the tool lacks: ${clusterCommand("doctor", elsewhere)}`;
}

/** What can be done about the failures of a run, one sentence for each kind. */
export function hintsFor(report: RunReport, elsewhere?: string): string[] {
  const reasons = report.tasks.flatMap(({ reason }) => (reason === null ? [] : [reason]));
  const keyless = reasons.filter(({ failureClass, message }) => {
    return (failureClass === "auth" || failureClass === "environment") && NO_MODEL.test(message);
  });
  const others = reasons.filter(
    (reason) => !keyless.includes(reason) && !ADVISED.test(reason.message),
  );
  const classes = new Set(others.map(({ failureClass }) => failureClass));
  const hints = Object.entries(HINTS)
    .filter(([failureClass]) => classes.has(failureClass as FailureClass))
    .map(([, hint]) => hint);
  const lacks = others.flatMap(({ failureClass, message }) =>
    failureClass === "environment" ? [environmentHint(message, elsewhere)] : [],
  );
  return [...hints, ...(keyless.length > 0 ? [SET_KEY] : []), ...new Set(lacks)];
}
