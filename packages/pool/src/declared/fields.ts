import type { ToolDefinition } from "./definition.ts";

/** What each key of a definition is for: in the JSON Schema, and in what is said of a wrong one. */
export const FIELDS: Readonly<Record<keyof ToolDefinition, string>> = {
  $schema: "Where the JSON Schema of this document is, for editors",
  name: "The tool's name: letters, digits, dots, hyphens and underscores",
  description: "What the tool is, in a line",
  kind: "agent: it edits files, and cluster run takes it; text: it answers requests. Default: text",
  command:
    "The program: a name on PATH, or a path (one that begins with a dot is relative to this document)",
  arguments:
    "Its arguments, a list. Places: {{workspace}}, {{instance}}, {{folder}} (of this document); with framing by exit also {{message}}, {{prompt}}, {{files}}, {{readOnlyFiles}}, {{model}}",
  environment:
    "pass: names of variables that it gets from yours beside PATH, HOME and the like (KEY_* is a prefix); set: variables and their values",
  transport:
    "pipe, terminal, or { terminal: { columns, rows, term, lineEditing, echo } }. Default: pipe",
  framing: "How the end of an answer is known: by sentinel, prompt, json-lines or exit",
  ready: "What it prints when it has started, where that is neither its prompt nor the sentinel",
  setup:
    "What is typed once at the start, such as what switches its prompt off; several lines as a list",
  multiLine:
    "What makes one input of several lines: as-is, refuse, { wrap }, { join }, { escape } or { heredoc }",
  unfinished:
    "How it is seen that a request begins what it does not end, which is refused before it is sent. Regular expressions: whole is passed (a quoted text), nested is passed with all of its kind in it (comments in comments), open has no end (a lone quote), begins and ends are a block's",
  echo: "Whether it repeats what it is told",
  noise:
    "What it prints in its lines beside the answer, such as a prompt that cannot be switched off",
  plain: "Whether escape sequences and control characters are taken out. Default: on a terminal",
  stderr:
    "Whether stderr is part of the answer, or apart. A prompt that comes by stderr has no order with stdout: frame by a sentinel there. Default: answer",
  lineEnd: "What ends a line that is typed. Default: a line feed",
  reset:
    "{ send: what makes it forget all context }, or stateless: there is nothing to forget. Default: a new process",
  interrupt: "Who gets SIGINT to stop a turn: process or group. Default: a new process",
  end: "end-of-input, signal, or { send: what makes it end }. Default: end-of-input, on a terminal signal",
  errors: "What shows that an answer is a failure, and of which class",
  prompt:
    "What an agent is told. Places: {{message}}, {{files}}, {{readOnlyFiles}}, {{model}}, {{workspace}}",
  files: "How an agent learns its files: arguments, prompt, stdin or none",
  edits:
    "What it prints of a file that it has edited; the group path, or the first one, is the file",
  usage: "What it prints of tokens and cost",
  quickStart:
    "Whether a new process costs next to nothing, so that each task can have one. Default: false",
  version: "arguments that make it print its version, and the pattern of that. Default: --version",
  install: "How to get it, for people who do not have it",
};
