import type { Reason } from "../contract/evidence.ts";

/** How much of a reason is worth a model's attention: its end says what failed. */
const TOLD_CHARACTERS = 4_000;

/** The prompt of a further attempt: the task's own, and why the attempt before it did not succeed. */
export function toldOfFailure(prompt: string, { message }: Reason): string {
  const cut = message.length > TOLD_CHARACTERS;
  const told = cut ? `…${message.slice(-TOLD_CHARACTERS)}` : message;
  return `${prompt}\n\nAn earlier attempt at this did not succeed, and its changes are gone. This is why:\n${told}`;
}
