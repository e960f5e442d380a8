/** A value for a message, short. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const json = JSON.stringify(value) ?? String(value);
  const kind = Array.isArray(value) ? "a list" : value === null ? "null" : `a ${typeof value}`;
  const cut = json.length > 60 ? `${json.slice(0, 60)}…` : json;
  return value === null ? cut : `${kind.replace("a object", "an object")} ${cut}`;
}
