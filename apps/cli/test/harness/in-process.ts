import { Readable } from "node:stream";
import { runCommandLine } from "../../src/command/main.ts";
import { EXIT_CODES } from "../../src/exit/exit-codes.ts";
import type { Cli, CliOptions, CliResult } from "./cli.ts";

/** Two at once would print into each other. */
let busy = false;

/**
 * A command in this process, where the process is not what a test is about: it starts nothing, or only looks. The
 * real one costs a third of a second of processor more. One at a time.
 */
export async function runHere(
  cli: Cli,
  args: readonly string[],
  { cwd = cli.home, env = {}, input = "" }: CliOptions = {},
): Promise<CliResult> {
  if (busy)
    throw new Error(`Another command is at work in this process: run ${args[0]} in its own.`);
  busy = true;
  const folder = process.cwd();
  const before = { ...process.env };
  const stdin = Object.getOwnPropertyDescriptor(process, "stdin") ?? {};
  const printed = { stdout: "", stderr: "" };
  const streams = ["stdout", "stderr"] as const;
  const writers = streams.map((name) => process[name].write);
  setEnvironment({ ...cli.env, ...env });
  process.chdir(cwd);
  Object.defineProperty(process, "stdin", {
    configurable: true,
    value: Readable.from([Buffer.from(input)]),
  });
  for (const name of streams) {
    process[name].write = (chunk: string | Uint8Array): boolean => {
      printed[name] += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
      return true;
    };
  }
  try {
    return { code: EXIT_CODES[await runCommandLine(args)].code, ...printed };
  } finally {
    for (const [at, name] of streams.entries()) process[name].write = writers[at] as never;
    Object.defineProperty(process, "stdin", stdin);
    process.chdir(folder);
    setEnvironment(before);
    busy = false;
  }
}

function setEnvironment(env: Readonly<Record<string, string | undefined>>): void {
  for (const name of Object.keys(process.env))
    if (env[name] === undefined) delete process.env[name];
  for (const [name, value] of Object.entries(env))
    if (value !== undefined) process.env[name] = value;
}
