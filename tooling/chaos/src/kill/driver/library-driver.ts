import { fileURLToPath } from "node:url";
import type { ClusterHome, CommandEnd, RunningCommand } from "../../cluster/cluster-command.ts";
import type { Driver, SessionEnd } from "./driver.ts";
import { COMPLETE, type LibraryOrder, NOTHING_BEGUN } from "./library-order.ts";
import type { RunOrder } from "./order.ts";

const PROGRAM = fileURLToPath(new URL("./library-manager.ts", import.meta.url));

/** Runs a program of its own that calls `startRun` and `resumeRun`. */
export function libraryDriver(home: ClusterHome, order: RunOrder): Driver {
  const session = (how: LibraryOrder["how"]): RunningCommand =>
    home.program(PROGRAM, [JSON.stringify({ ...order, how } satisfies LibraryOrder)], {
      cwd: order.repository,
    });
  return { start: () => session("start"), resume: () => session("resume"), read };
}

function read({ code, stdout, stderr }: CommandEnd): SessionEnd {
  switch (code) {
    case 0:
      return { kind: "report", report: JSON.parse(stdout) };
    case "SIGKILL":
      return { kind: "killed" };
    case NOTHING_BEGUN:
      return { kind: "nothing-begun" };
    case COMPLETE:
      return { kind: "complete" };
    default:
      return { kind: "failed", message: stderr };
  }
}
