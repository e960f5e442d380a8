import type { Exit } from "../contract/process-host.ts";

/** "exited with code 3", for the middle of a sentence. */
export function describeExit(exit: Exit): string {
  switch (exit.kind) {
    case "code":
      return `exited with code ${exit.code}`;
    case "signal":
      return `was killed by ${exit.signal}`;
    case "unknown":
      return `ended in an unknown way (${exit.reason})`;
  }
}
