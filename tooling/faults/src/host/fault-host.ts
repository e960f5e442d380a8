import { childProcessHost, type ProcessHost } from "@cluster/pool";
import { type PythonHostMode, pythonHost } from "@cluster/python-host";
import { type Executable, FAULT_TOOL_ENTRY, faultTool, pythonInterpreter } from "@cluster/testkit";

/** A host that every fault is tried on. */
export interface FaultHost {
  readonly name: string;
  /** A new one for each pool. */
  readonly create: () => ProcessHost;
  /** Whether it has processes of its own beside those of the tool, until it is disposed of. */
  readonly keepsProcesses: boolean;
  /** How the fault tool is started there. */
  readonly tool: (fault: string, ...args: readonly string[]) => Executable;
}

export const HOSTS: readonly FaultHost[] = [
  { name: "child processes", create: childProcessHost, keepsProcesses: false, tool: faultTool },
  python("Python, forked", "fork"),
  python("Python, one by one", "process"),
];

function python(name: string, mode: PythonHostMode): FaultHost {
  return {
    name,
    create: () => pythonHost({ ...FAULT_TOOL_ENTRY, mode }),
    keepsProcesses: mode === "fork",
    tool: (fault, ...args) => ({ file: pythonInterpreter(), args: [fault, ...args] }),
  };
}

/** @throws {Error} when there is none of that name. */
export function hostNamed(name: string | undefined): FaultHost {
  const host = HOSTS.find((one) => one.name === name);
  if (host === undefined) throw new Error(`Expected the name of a host, found ${name}.`);
  return host;
}
