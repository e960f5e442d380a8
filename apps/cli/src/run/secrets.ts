/** Shorter values are words, and redacting words would make a report unreadable. */
const SHORTEST = 8;
const NAME = /(^|_)(API_?KEY|ACCESS_?KEY|TOKEN|SECRET|PASSWORD)$/i;
/** Of what an agent takes as JSON from a variable, such as opencode its whole configuration. */
const FIELD = /(api[_-]?key|access[_-]?key|token|secret|password|authorization)$/i;
const FLAG = /^--[\w-]*(api-key|token|secret|password)(?:=(.*))?$/s;
/** aider's `--set-env NAME=value`: whatever it sets may be a key, or an address with one in it. */
const SET = /^--set-env(?:=(.*))?$/s;

function ofArguments(args: readonly string[]): string[] {
  return args.flatMap((arg, place) => {
    const set = SET.exec(arg);
    if (set !== null) {
      const [, value = ""] = /^\w+=(.*)$/s.exec(set[1] ?? args[place + 1] ?? "") ?? [];
      return [value];
    }
    const match = FLAG.exec(arg);
    if (match === null) return [];
    const value = match[2] ?? args[place + 1] ?? "";
    // aider's `--api-key provider=value`.
    return [value, value.slice(value.indexOf("=") + 1)];
  });
}

function ofJson(text: string): string[] {
  const found: string[] = [];
  if (!text.trimStart().startsWith("{")) return found;
  try {
    JSON.parse(text, (name, value: unknown) => {
      if (typeof value === "string" && FIELD.test(name)) found.push(value);
      return value;
    });
  } catch {
    // It is something else.
  }
  return found;
}

/** Values that must not be shown: keys of the environment, and those among the raw arguments. */
export function secretsOf(
  environment: Readonly<Record<string, string | undefined>>,
  args: readonly string[],
): string[] {
  const named = Object.entries(environment).flatMap(([name, value = ""]) =>
    NAME.test(name) ? [value] : ofJson(value),
  );
  return [...new Set([...named, ...ofArguments(args)])].filter((value) => value.length >= SHORTEST);
}
