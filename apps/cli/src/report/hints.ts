import type { FailureClass, RunReport } from "@cluster/batch";

const HINTS: Partial<Record<FailureClass, string>> = {
  auth: "Check the API key: the tool gets the environment's, or its own argument after --.",
  quota: "Run it again when the provider allows; what has landed stays.",
  overload: "Run it again when the provider answers; what has landed stays.",
  context: "Give the tool less: fewer --read files, or a model with a larger window.",
  environment: "cluster doctor says what the tool lacks.",
};

/** What can be done about the failures of a run, one sentence for each kind. */
export function hintsFor(report: RunReport): string[] {
  const classes = new Set(report.tasks.map(({ reason }) => reason?.failureClass));
  return Object.entries(HINTS)
    .filter(([failureClass]) => classes.has(failureClass as FailureClass))
    .map(([, hint]) => hint);
}
