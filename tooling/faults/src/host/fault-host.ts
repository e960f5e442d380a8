import { childProcessHost, type ProcessHost } from "@cluster/pool";
import { type Executable, faultTool } from "@cluster/testkit";

/** A host that every fault is tried on. */
export interface FaultHost {
  readonly name: string;
  /** A new one for each pool. */
  readonly create: () => ProcessHost;
  /** How the fault tool is started there. */
  readonly tool: (fault: string, ...args: readonly string[]) => Executable;
}

export const HOSTS: readonly FaultHost[] = [
  { name: "child processes", create: childProcessHost, tool: faultTool },
];
