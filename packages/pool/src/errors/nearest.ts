/** The name that was probably meant, if one is near enough: they have a third of their neighbouring letters in common. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: { readonly name: string; readonly likeness: number } | undefined;
  for (const name of known) {
    const likeness = likenessOf(pairsOf(word), pairsOf(name));
    if (likeness > 0.3 && likeness > (best?.likeness ?? 0)) best = { name, likeness };
  }
  return best?.name;
}

function pairsOf(word: string): ReadonlySet<string> {
  const letters = [...word.toLowerCase()];
  return new Set(letters.slice(1).map((letter, n) => `${letters[n]}${letter}`));
}

function likenessOf(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  return (2 * [...one].filter((pair) => other.has(pair)).length) / (one.size + other.size);
}
