import type { FailureClass, RunReport } from "@cluster/batch";
import { clusterCommand } from "../command/command-to-copy.ts";
import { BUILT_IN_TOOLS } from "../tools/tool-entry.ts";
import { shellWord } from "./shell-word.ts";

const HINTS: Partial<Record<FailureClass, string>> = {
  auth: "Check the API key: the tool gets the environment's, or its own argument after --.",
  quota: "Run it again when the provider allows; what has landed stays.",
  overload: "Run it again when the provider answers; what has landed stays.",
  context: "Give the tool less: fewer --read files, or a model with a larger window.",
};

/** Words for what no look at the machine can find: `cluster doctor` would say that all is well. */
const NO_MODEL = /\bNo (LLM )?model was specified\b|\bno API keys? (was|were) provided\b/i;
const UNKNOWN_MODEL =
  /\blitellm\.\w+Error\b|\b(unknown|invalid|no such) model\b|\bmodel\b.{0,80}\b(not found|unknown|does not exist|not supported|not available)\b/i;

/** It started, and what was to show that it takes requests did not come. */
const NEVER_READY = /\bwas never ready, twice in a row\b/;

/** The user's own command, which has said what it lacks. */
const SETUP = /\bThe setup command\b/;

/** An adapter that knows its tool has said what to set. */
const ADVISED = /\blog-in was seen\b/;

const SET_KEY =
  "Set the key of your provider, e.g. export OPENAI_API_KEY=…, or name a model with --model.";

function environmentHint(
  message: string,
  tool: string,
  elsewhere: string | undefined,
): readonly string[] {
  if (SETUP.test(message)) return [];
  if (UNKNOWN_MODEL.test(message)) {
    return ["Name a model that the provider knows with --model."];
  }
  const named = shellWord(tool);
  if (NEVER_READY.test(message)) {
    return [
      `This shows what it prints, and what was waited for: ${clusterCommand(`tools try ${named}`, elsewhere)}`,
      "If it only needs longer: --start-timeout 5m.",
    ];
  }
  // Those of a package or a project it looks at only when they are named.
  const isOurs = BUILT_IN_TOOLS.some((name) => name === tool);
  const doctor = isOurs ? "doctor" : `doctor --tool ${named}`;
  return [`This says what the tool lacks: ${clusterCommand(doctor, elsewhere)}`];
}

/** What can be done about the failures of a run, one sentence for each kind. */
export function hintsFor(report: RunReport, elsewhere?: string): string[] {
  const reasons = report.tasks.flatMap(({ reason, evidence }) =>
    reason === null ? [] : [{ ...reason, tool: evidence.tool ?? report.tool }],
  );
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
  const lacks = others.flatMap(({ failureClass, message, tool }) =>
    failureClass === "environment" ? environmentHint(message, tool, elsewhere) : [],
  );
  return [...hints, ...(keyless.length > 0 ? [SET_KEY] : []), ...new Set(lacks)];
}
