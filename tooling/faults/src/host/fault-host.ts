import { childProcessHost, type ProcessHost, ptyHost } from "@cluster/pool";
import { type PythonHostMode, pythonHost } from "@cluster/python-host";
import { type Executable, FAULT_TOOL_ENTRY, faultTool, pythonInterpreter } from "@cluster/testkit";
import { json, type Speech, sentinel } from "../trial/speech.ts";

/** A host that every fault is tried on. */
export interface FaultHost {
  readonly name: string;
  /** A new one for each pool. */
  readonly create: () => ProcessHost;
  /** Whether stderr comes on stdout, as on a terminal. */
  readonly oneStream: boolean;
  /** How the tool is spoken with, where a test does not say. */
  readonly speech: Speech;
  /** Whether it has processes of its own beside those of the tool, until it is disposed of. */
  readonly keepsProcesses: boolean;
  /** How the fault tool is started there. */
  readonly tool: (fault: string, ...args: readonly string[]) => Executable;
}

const pipes = { oneStream: false, speech: json(), keepsProcesses: false } as const;

export const HOSTS: readonly FaultHost[] = [
  { name: "child processes", ...pipes, create: childProcessHost, tool: faultTool },
  {
    name: "terminals",
    oneStream: true,
    // What the tool says on stderr would be no JSON.
    speech: sentinel(),
    keepsProcesses: false,
    create: () => ptyHost(),
    tool: faultTool,
  },
  python("Python, forked", "fork"),
  python("Python, one by one", "process"),
];

function python(name: string, mode: PythonHostMode): FaultHost {
  return {
    name,
    ...pipes,
    keepsProcesses: mode === "fork",
    create: () => pythonHost({ ...FAULT_TOOL_ENTRY, mode }),
    tool: (fault, ...args) => ({ file: pythonInterpreter(), args: [fault, ...args] }),
  };
}

/** How an error introduces what the tool has said last, for a regular expression. */
export function lastWords({ oneStream }: FaultHost): string {
  return oneStream
    ? "It printed nothing on stderr\\. Its stdout ended with:\n"
    : "Its stderr ended with:\n";
}

/** @throws {Error} when there is none of that name. */
export function hostNamed(name: string | undefined): FaultHost {
  const host = HOSTS.find((one) => one.name === name);
  if (host === undefined) throw new Error(`Expected the name of a host, found ${name}.`);
  return host;
}
