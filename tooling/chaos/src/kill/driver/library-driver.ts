import { fileURLToPath } from "node:url";
import type { ClusterHome } from "../../cluster/cluster-command.ts";
import type { Driver } from "./driver.ts";
import type { LibraryOrder } from "./library-order.ts";

const PROGRAM = fileURLToPath(new URL("./library-manager.ts", import.meta.url));

/** Runs a program of its own that calls `startRun` and `resumeRun`. */
export function libraryDriver(home: ClusterHome, order: Omit<LibraryOrder, "how">): Driver {
  const session = (how: LibraryOrder["how"]) =>
    home.program(PROGRAM, [JSON.stringify({ ...order, how } satisfies LibraryOrder)], {
      cwd: order.repository,
    });
  return { start: () => session("start"), resume: () => session("resume") };
}
