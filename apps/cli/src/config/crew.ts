/** A tool by its name, and how many instances it has; `null`: the workers are shared. */
export interface ToolCount {
  readonly name: string;
  readonly workers: number | null;
}

/** The names in a text, whatever else is wrong with it. */
export function crewNames(text: string): readonly string[] {
  return text.split(",").map((part) => part.replace(/:[^:]*$/, "").trim());
}

/** The tools that a text such as `aider,gemini` or `aider:3,gemini:2` names, in its order; or what is wrong with it. */
export function readCrew(text: string): readonly ToolCount[] | string {
  const crew: ToolCount[] = [];
  for (const part of text.split(",")) {
    const [, name, count] = /^\s*([^:\s][^:]*?)\s*(?::\s*(\d+)\s*)?$/.exec(part) ?? [];
    const workers = count === undefined ? null : Number(count);
    if (name === undefined)
      return `"${part.trim()}" is no tool: it takes a name, or a name and a number, as in aider:3`;
    if (workers === 0) return `"${part.trim()}" would have no instance`;
    if (crew.some((one) => one.name === name)) return `"${name}" stands there twice`;
    crew.push({ name, workers });
  }
  const without = crew.find(({ workers }) => workers === null);
  const counted = crew.find(({ workers }) => workers !== null);
  if (without === undefined || counted === undefined) return crew;
  return `"${counted.name}" says how many instances it has and "${without.name}" does not: all say it (${counted.name}:${counted.workers},${without.name}:1), or none`;
}

/** As {@link readCrew}; `undefined` when something is wrong with it. */
export function crewOf(text: string): readonly ToolCount[] | undefined {
  const crew = readCrew(text);
  return typeof crew === "string" ? undefined : crew;
}

/** How many instances they have together; `null` where nobody says. */
export function workersOf(crew: readonly ToolCount[]): number | null {
  return crew.reduce<number | null>(
    (sum, { workers }) => (sum === null || workers === null ? null : sum + workers),
    0,
  );
}

/** Their names, as a run is told to work with. */
export function crewTitle(crew: readonly ToolCount[]): string {
  return crew.map(({ name }) => name).join(", ");
}
