import type { Attempt } from "../contract/executor.ts";

/** How much of a reason is worth a model's attention: its end says what failed. */
const TOLD_CHARACTERS = 4_000;

/** What a tool is asked: the task's prompt, and why the attempt before did not succeed. */
export function toldOfFailure({
  prompt,
  earlierFailure: reason,
}: Pick<Attempt, "prompt" | "earlierFailure">): string {
  if (reason === null) return prompt;
  const told = reason.length > TOLD_CHARACTERS ? `…${reason.slice(-TOLD_CHARACTERS)}` : reason;
  return `${prompt}\n\nAn earlier attempt at this did not succeed, and its changes are gone. This is why:\n${told}`;
}
