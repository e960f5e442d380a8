/** Names the first few of many for a message: `a, b, c and 12 more`. */
export function listSome(items: readonly string[], atMost = 5): string {
  const shown = items.slice(0, atMost).join(", ");
  const rest = items.length - atMost;
  return rest > 0 ? `${shown} and ${rest} more` : shown;
}
