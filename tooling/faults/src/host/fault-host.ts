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

/** @throws {Error} when there is none of that name. */
export function hostNamed(name: string | undefined): FaultHost {
  const host = HOSTS.find((one) => one.name === name);
  if (host === undefined) throw new Error(`Expected the name of a host, found ${name}.`);
  return host;
}
