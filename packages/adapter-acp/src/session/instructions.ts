import { readConfined } from "../files/confined-files.ts";
import { placeOf } from "../files/place.ts";

/** What is longer than this nobody wrote for agents. */
const MAX_TEXT = 100_000;

/** What a repository asks of agents, as words for a prompt: the first of these files that it has. */
export async function instructionsOf(
  workspace: string,
  names: readonly string[],
): Promise<readonly string[]> {
  for (const name of names) {
    try {
      const text = await readConfined(workspace, await placeOf(workspace, name), {});
      return [`The repository's own instructions, from its ${name}:\n\n${text.slice(0, MAX_TEXT)}`];
    } catch {
      // Not there, not a file, or a link to elsewhere.
    }
  }
  return [];
}
