import { closestMatch } from "leven";

/** The word of `known` that `word` was probably meant to be, if one is near enough; case does not count. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const lower = known.map((candidate) => candidate.toLowerCase());
  const swapped = lower.findIndex((candidate) => isSwapped(word.toLowerCase(), candidate));
  if (swapped >= 0) return known[swapped];
  const maxDistance = Math.ceil(word.length / 3);
  const match = closestMatch(word.toLowerCase(), lower, { maxDistance });
  return match === undefined ? undefined : known[lower.indexOf(match)];
}

/** Two letters beside each other changed places, which counts as two changes otherwise. */
function isSwapped(word: string, candidate: string): boolean {
  if (word.length !== candidate.length) return false;
  const at = [...word].findIndex((letter, place) => letter !== candidate[place]);
  const [first = "", second = ""] = [word[at], word[at + 1]];
  return at >= 0 && word.slice(0, at) + second + first + word.slice(at + 2) === candidate;
}
