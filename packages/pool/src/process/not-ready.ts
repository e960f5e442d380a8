import type { ManagedProcess } from "./managed-process.ts";

/** Enough for a prompt and what stands before it. */
const QUOTED = 200;

/** Of a process that is not ready: what it was to print, as far as that is known, and what it has printed. */
export function whatIsKnown(
  process: Pick<ManagedProcess<unknown, unknown>, "hint" | "lastWords">,
): string {
  const hint = process.hint("start");
  const { stdout, stderr } = process.lastWords();
  // To the letter: a pattern may fail by a space, and an escape sequence is invisible.
  const printed = [
    ...(stdout === "" ? [] : [`It printed last: ${quoted(stdout)}.`]),
    ...(stderr === "" ? [] : [`On stderr it printed last: ${quoted(stderr)}.`]),
  ];
  return [
    ...(hint === null ? [] : [hint]),
    ...(printed.length === 0 ? ["It printed nothing."] : printed),
  ].join(" ");
}

/** The end of a text, with what cannot be seen in it. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > QUOTED ? `…${text.slice(-QUOTED)}` : text);
}
