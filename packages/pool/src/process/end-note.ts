import type { Exit } from "../contract/process-host.ts";
import type { TerminationReason } from "../events/pool-event.ts";
import { describeExit } from "./describe-exit.ts";

/** How a process ended, and why. */
export interface ProcessEnd {
  readonly exit: Exit;
  readonly reason: TerminationReason;
  /** It closed its stdout, lived on, and was ended for that. */
  readonly muted: boolean;
}

/** What a process left behind. */
export interface LastWords {
  readonly stderr: string;
  /** What it printed on stdout outside of turns. */
  readonly stdout: string;
}

/** "mytool exited with code 3 in a turn. Its stderr ended with: …" */
export function endNote(name: string, end: ProcessEnd, when: string, last: LastWords): string {
  return `${name} ${howItEnded(end)}${when}. ${quoteLastWords(last)}`;
}

/** The end of stderr; of stdout, where some tools put their errors, when stderr is empty. */
function quoteLastWords(last: LastWords): string {
  const [stderr, stdout] = [last.stderr.trim(), last.stdout.trim()];
  if (stderr !== "") return `Its stderr ended with:\n${stderr}`;
  if (stdout !== "") return `It printed nothing on stderr. Its stdout ended with:\n${stdout}`;
  return "It printed nothing on stderr.";
}

function howItEnded({ exit, reason, muted }: ProcessEnd): string {
  switch (reason) {
    case "stop":
      return "was ended because its instance was stopped";
    case "restart":
      return "was ended because its instance was restarted";
    case "ping-failed":
      return "was ended because it gave no sign of life between turns";
    case "shutdown":
      return "was ended because its pool was shut down";
    default:
      if (muted) return "closed its stdout, lived on and was ended for that";
      return describeExit(exit);
  }
}
