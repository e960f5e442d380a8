/** The process groups that live now, each by its leader. */
const living = new Set<number>();

/**
 * Remembers a group until the returned function is called, and kills it when this program exits before
 * that. A program that exits without a shutdown (process.exit, an uncaught error) would leave its tools
 * behind: in groups of their own they hear no ^C, and not all of them notice the end of their input.
 */
export function endWithThisProgram(leader: number): () => void {
  if (living.size === 0) process.on("exit", killLiving);
  living.add(leader);
  return () => {
    living.delete(leader);
    if (living.size === 0) process.off("exit", killLiving);
  };
}

/** Returns false when nobody was left in the group. */
export function killGroup(leader: number, signal: NodeJS.Signals): boolean {
  return kill(-leader, signal);
}

/** `process.kill` that returns false where there is nobody to receive the signal. */
export function kill(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

function killLiving(): void {
  for (const leader of living) killGroup(leader, "SIGKILL");
}
