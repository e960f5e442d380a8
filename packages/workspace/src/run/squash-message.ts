import type { RunCommit } from "./run-commits.ts";

const TRAILER = /^([A-Za-z0-9][A-Za-z0-9-]*): (.*)$/;

/** One message for many commits: their subjects, and the trailers of all, each once or with its task. */
export function squashMessage(run: string, commits: readonly Pick<RunCommit, "message">[]): string {
  const [only] = commits;
  if (only !== undefined && commits.length === 1) return `${only.message.trimEnd()}\n`;
  const subjects = commits.map(({ message }) => `* ${message.split("\n")[0]}`);
  const trailers = commits.flatMap(({ message }) => trailersOf(message));
  // An attempt means something beside its task only.
  const seen = new Set<string>();
  const listed = trailers.filter((line) => {
    if (/^Cluster-(Task|Attempt):/.test(line)) return true;
    return !seen.has(line) && seen.add(line);
  });
  const title = `cluster: ${commits.length} tasks of run ${run}`;
  return `${[title, subjects.join("\n"), listed.join("\n")].filter((part) => part !== "").join("\n\n")}\n`;
}

/** The lines of the last paragraph, if that is made of trailers. */
function trailersOf(message: string): string[] {
  const paragraphs = message.trimEnd().split(/\n{2,}/);
  if (paragraphs.length < 2) return [];
  const lines = paragraphs.at(-1)?.split("\n") ?? [];
  return lines.every((line) => TRAILER.test(line)) ? lines : [];
}
