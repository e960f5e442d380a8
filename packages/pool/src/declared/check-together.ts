import type { ToolDefinition } from "./definition.ts";
import { placesOf } from "./template.ts";

/** One thing that does not fit to another. */
export interface Misfit {
  readonly path: readonly (string | number)[];
  readonly expected: string;
  readonly remedy: string;
}

type Key = keyof ToolDefinition;

/** What only a tool that is spoken with in lines has. */
const OF_LINES: readonly Key[] = [
  "ready",
  "setup",
  "multiLine",
  "unfinished",
  "echo",
  "noise",
  "plain",
  "stderr",
  "lineEnd",
  "interrupt",
];
/** What only a tool that lives on has. */
const OF_LONG_LIVES: readonly Key[] = [...OF_LINES, "reset", "end"];
const OF_AGENTS: readonly Key[] = ["prompt", "files", "edits"];

/** What is right by itself, and contradicts something else or is lost without a word. */
export function checkTogether(definition: ToolDefinition): readonly Misfit[] {
  return [...foreignKeys(definition), ...ofLines(definition), ...ofRequest(definition)];
}

function foreignKeys(definition: ToolDefinition): readonly Misfit[] {
  const { by } = definition.framing;
  const given = (keys: readonly Key[]): readonly Key[] =>
    keys.filter((key) => definition[key] !== undefined);
  const byFraming = by === "exit" ? OF_LONG_LIVES : by === "json-lines" ? OF_LINES : [];
  const why =
    by === "exit"
      ? "no such key with framing by exit, where a process lives for one request"
      : "no such key with framing by json-lines";
  const misfits = given(byFraming).map((key) => ({
    path: [key],
    expected: why,
    remedy:
      by === "json-lines" && key === "interrupt"
        ? "Take it out; framing.cancel is the message that stops a request."
        : "Take it out, or choose another framing.",
  }));
  if (definition.kind === "agent") return misfits;
  return [
    ...misfits,
    ...given(OF_AGENTS).map((key) => ({
      path: [key],
      expected: "no such key for a tool that only answers",
      remedy: 'Take it out, or write kind: "agent".',
    })),
  ];
}

function ofLines({
  framing,
  multiLine,
  interrupt,
  echo,
  transport,
  stderr,
  errors = [],
  reset,
}: ToolDefinition): readonly Misfit[] {
  const misfits: Misfit[] = [];
  if (framing.by === "prompt" && multiLine === "as-is") {
    misfits.push({
      path: ["multiLine"],
      expected: "something else with framing by prompt, since the prompt may come after each line",
      remedy: "Choose wrap, escape or heredoc, or framing by sentinel.",
    });
  }
  if (framing.by === "prompt" && interrupt !== undefined) {
    misfits.push({
      path: ["interrupt"],
      expected: "framing by sentinel with it: a prompt does not prove which turn it ends",
      remedy: "Take it out: the process of a stopped turn is then replaced.",
    });
  }
  if (framing.by === "sentinel" && echo === true && placesOf(framing.send).includes("nonce")) {
    misfits.push({
      path: ["framing", "send"],
      expected: "{{nonce.start}} and {{nonce.end}} apart, since the tool repeats what is typed",
      remedy: 'Write it in two pieces, such as echo "{{nonce.start}}""{{nonce.end}}".',
    });
  }
  if (framing.by === "json-lines" && reset !== undefined && reset !== "stateless") {
    misfits.push({
      path: ["reset"],
      expected: '"stateless"; a message that resets is framing.reset',
      remedy: "Move it to framing.reset.",
    });
  }
  const onTerminal = transport !== undefined && transport !== "pipe";
  if (onTerminal && stderr !== undefined) {
    misfits.push({
      path: ["stderr"],
      expected: "no such key on a terminal, which has one stream for both",
      remedy: "Take it out.",
    });
  }
  for (const [place, { in: where }] of errors.entries()) {
    if (!onTerminal || where !== "stderr") continue;
    misfits.push({
      path: ["errors", place, "in"],
      expected: '"answer" on a terminal, which has one stream for both',
      remedy: "Take it out.",
    });
  }
  return misfits;
}

/** A request, or its files, must reach the tool in some way. */
function ofRequest(definition: ToolDefinition): readonly Misfit[] {
  const { framing, arguments: given = [], kind, files, prompt } = definition;
  const misfits: Misfit[] = [];
  const used = given.flatMap((each) =>
    typeof each === "string"
      ? placesOf(each)
      : [...("each" in each ? [each.each] : []), ...each.arguments.flatMap(placesOf)],
  );
  const lateOnes = used.filter((name) => !["workspace", "instance", "folder"].includes(name));
  if (framing.by !== "exit" && lateOnes.length > 0) {
    misfits.push({
      path: ["arguments"],
      expected: `no {{${lateOnes[0]}}}, which is not known yet when this tool is started`,
      remedy: 'Take it out, or choose framing by "exit": a process for each request.',
    });
  }
  const reaches = used.includes("message") || used.includes("prompt");
  if (framing.by === "exit" && framing.input !== "prompt" && !reaches) {
    misfits.push({
      path: ["arguments"],
      expected: "{{message}} or {{prompt}} in it, or the request is lost",
      remedy:
        'Write it where the tool takes its request, or set framing.input to "prompt" for stdin.',
    });
  }
  if (kind !== "agent") return misfits;
  if (files === "arguments" && !used.includes("files")) {
    misfits.push({
      path: ["files"],
      expected: "{{files}} in arguments with it",
      remedy: 'Add "{{files}}" to arguments, as an argument of its own.',
    });
  }
  if (files === "stdin" && (framing.by !== "exit" || framing.input === "prompt")) {
    misfits.push({
      path: ["files"],
      expected: "framing by exit with it, whose input is not the prompt",
      remedy: 'Choose "prompt" or "arguments".',
    });
  }
  if (files === "prompt" && prompt !== undefined && !placesOf(prompt).includes("files")) {
    misfits.push({
      path: ["prompt"],
      expected: "{{files}} in it, since files go this way",
      remedy: "Write {{files}} where they are to stand, one on each line.",
    });
  }
  return misfits;
}
