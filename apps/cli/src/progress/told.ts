/** `text` without a reason at its end that its reader has been told already. */
export function withoutTold(text: string, told: Iterable<string>): string {
  for (const reason of told) {
    if (reason === "" || text === reason || !text.endsWith(reason)) continue;
    const rest = text.slice(0, -reason.length).trimEnd();
    // A sentence that only led up to the reason goes with it, where one stands before it.
    return rest.replace(/(?<=[.!?]) [^.!?]*:$/, "").replace(/:$/, ".");
  }
  return text;
}
