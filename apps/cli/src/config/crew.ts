/** A tool by its name, and how many instances it has; `null`: the workers are shared. */
export interface ToolCount {
  readonly name: string;
  readonly workers: number | null;
}

/** What {@link crewOf} takes, for messages. */
export const CREW_FORM =
  "a tool (aider), several tools (aider,gemini), or several with their instances (aider:3,gemini:2); each once, and with a number for all of them or for none";

/** The tools that a text names, in its order; `undefined` when it does not say so. */
export function crewOf(text: string): readonly ToolCount[] | undefined {
  const crew: ToolCount[] = [];
  for (const part of text.split(",")) {
    const [, name, count] = /^\s*([^:\s][^:]*?)\s*(?::\s*(\d+)\s*)?$/.exec(part) ?? [];
    const workers = count === undefined ? null : Number(count);
    if (name === undefined || workers === 0 || crew.some((one) => one.name === name)) {
      return undefined;
    }
    crew.push({ name, workers });
  }
  const counted = crew.filter(({ workers }) => workers !== null).length;
  return counted === 0 || counted === crew.length ? crew : undefined;
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
