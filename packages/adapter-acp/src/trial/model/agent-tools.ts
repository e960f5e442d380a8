import { join } from "node:path";
import type { ToolCall } from "./reply.ts";
import type { AgentModelRequest } from "./request.ts";

/** A file with its whole new content. */
export interface WrittenFile {
  /** Relative to the agent's folder, with `/`. */
  readonly path: string;
  readonly content: string;
}

type Offer = Pick<AgentModelRequest, "tools">;
type Asking = Pick<AgentModelRequest, "tools" | "body">;

/** Where an agent says that it works: its tools may want to be told so. */
const FOLDER = /working (?:in the )?directory[^/\n]{0,20}?(\/[^\s"\\<`]+)/i;

type Writer = (file: WrittenFile, absolute: string) => ToolCall;

const WRITERS: readonly Writer[] = [
  // gemini, and qwen, which takes no other path
  ({ content }, file_path) => ({ name: "write_file", input: { file_path, content } }),
  // opencode
  ({ path, content }) => ({ name: "write", input: { filePath: path, content } }),
  // codex, which takes a file that is there for one to be replaced
  ({ path, content }) => ({ name: "apply_patch", input: patch(path, content) }),
  // claude
  ({ content }, file_path) => ({ name: "Write", input: { file_path, content } }),
  // copilot
  ({ content }, path) => ({ name: "create", input: { path, file_text: content } }),
];

const READERS: readonly ((absolute: string) => ToolCall)[] = [
  // qwen
  (file_path) => ({ name: "read_file", input: { file_path } }),
  // claude
  (file_path) => ({ name: "Read", input: { file_path } }),
];

const SHELLS: readonly ((command: string) => ToolCall)[] = [
  (command) => ({ name: "run_shell_command", input: { command, description: "A test" } }),
  // Without a sandbox: codex asks for that, and for nothing within it.
  (cmd) => ({
    name: "exec_command",
    input: { cmd, sandbox_permissions: "require_escalated", justification: "A test" },
  }),
  (command) => ({ name: "bash", input: { command, description: "A test" } }),
  (command) => ({ name: "Bash", input: { command, description: "A test" } }),
];

/**
 * The call with which this agent writes a file.
 * @throws {Error} when it offers no tool that is known
 */
export function writeCall(request: Asking, file: WrittenFile): ToolCall {
  const path = absolute(request, file.path);
  return offered(
    request,
    WRITERS.map((writer) => writer(file, path)),
    "writes a file",
  );
}

/**
 * The call with which this agent reads a file, where it overwrites none that its model has not seen.
 * @throws {Error} when it offers no tool that is known
 */
export function readCall(request: Asking, path: string): ToolCall {
  const at = absolute(request, path);
  return offered(
    request,
    READERS.map((reader) => reader(at)),
    "reads a file",
  );
}

/**
 * The call with which this agent runs a command.
 * @throws {Error} when it offers no tool that is known
 */
export function shellCall(request: Offer, command: string): ToolCall {
  return offered(
    request,
    SHELLS.map((shell) => shell(command)),
    "runs a command",
  );
}

/** As far as the agent says where it is; relative otherwise. */
function absolute({ body }: Asking, path: string): string {
  const [, folder = ""] = FOLDER.exec(body) ?? [];
  return join(folder, path);
}

function offered({ tools }: Offer, calls: readonly ToolCall[], what: string): ToolCall {
  const call = calls.find(({ name }) => tools.some((tool) => tool.name === name));
  if (call !== undefined) return call;
  const names = tools.map(({ name }) => name).join(", ") || "none";
  throw new Error(`The agent offers no known tool that ${what}. It offers: ${names}.`);
}

function patch(path: string, content: string): string {
  const lines = content.replace(/\n$/, "").split("\n");
  const added = lines.map((line) => `+${line}`).join("\n");
  return `*** Begin Patch\n*** Add File: ${path}\n${added}\n*** End Patch`;
}
