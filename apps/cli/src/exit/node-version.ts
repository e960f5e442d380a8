// Loaded by every Node, however old: only what all of them know.

/** The oldest Node that runs `cluster`. */
export const OLDEST_NODE = "22.18.0";

/** Whether a dotted version is `oldest` or newer. */
export function isAtLeast(version: string, oldest: string): boolean {
  const parts = version.split(".").map((part) => Number.parseInt(part, 10));
  for (const [place, wanted] of oldest.split(".").map(Number).entries()) {
    const found = parts[place] ?? 0;
    if (found !== wanted) return found > wanted;
  }
  return true;
}

/** What to say on a Node that is too old; `undefined` on one that is not. */
export function oldNodeMessage(version: string): string | undefined {
  if (isAtLeast(version, OLDEST_NODE)) return undefined;
  return `cluster needs Node ${OLDEST_NODE} or newer; this is ${version}. Install a newer one from https://nodejs.org.`;
}
