import { closestMatch } from "leven";

/** The word of `known` that `word` was probably meant to be, if one is near enough; case does not count. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const lower = known.map((candidate) => candidate.toLowerCase());
  const maxDistance = Math.ceil(word.length / 3);
  const match = closestMatch(word.toLowerCase(), lower, { maxDistance });
  return match === undefined ? undefined : known[lower.indexOf(match)];
}
