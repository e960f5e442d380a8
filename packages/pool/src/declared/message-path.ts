/** What stands at a path of names with dots between them; the message itself at an empty one. */
export function valueAt(message: unknown, path: string): unknown {
  if (path === "") return message;
  let value = message;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name))
      return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}
