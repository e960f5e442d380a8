import type { SaidRole } from "@cluster/pool";

type Style = "cyan" | "green" | "gray" | "magenta" | "yellow" | "red" | "blue" | "bold" | "dim";

/** How each role is shown, and what it means. */
export const ROLES: Readonly<Record<SaidRole | "told" | "result", readonly [Style, string]>> = {
  told: ["blue", "what is typed: setup, request, sentinel"],
  start: ["gray", "before it was ready"],
  ready: ["cyan", "what it was taken for ready by"],
  echo: ["dim", "what it repeats of its input"],
  noise: ["dim", "what is taken out as noise"],
  answer: ["green", "what the caller gets"],
  error: ["red", "a message that is an error"],
  event: ["green", "a message of progress"],
  question: ["yellow", "a question"],
  end: ["cyan", "what ended the turn"],
  between: ["yellow", "of no turn: dropped"],
  control: ["dim", "what only a terminal understands: taken out"],
  stderr: ["magenta", "stderr, where it is no part of the answer"],
  result: ["bold", "the result of the turn"],
};
