import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { ToolProbe } from "../contract/tool-adapter.ts";
import type { ToolDefinition } from "./definition.ts";
import { expressionOf } from "./pattern.ts";

const TIMEOUT_MS = 20_000;
const VERSION = /\d+(?:\.\d+)+\S*/;

/** Whether a tool is there, and which version: it is started once, and given no input. */
export async function probeDeclared(
  definition: ToolDefinition,
  file: string,
  env: Readonly<Record<string, string>>,
): Promise<ToolProbe> {
  const path = await findProgram(file, env.PATH ?? "");
  if (path === null) {
    return {
      installed: false,
      reason: file.includes("/") ? `There is no program ${file}.` : `There is no ${file} on PATH.`,
      remedy: definition.install ?? `Install ${definition.name}, or correct command.`,
    };
  }
  const { arguments: args = ["--version"], pattern } = definition.version ?? {};
  const said = await firstWords(path, args, env);
  const expression = pattern === undefined ? VERSION : expressionOf(pattern);
  const match = expression.exec(said);
  return {
    installed: true,
    path,
    version: match?.[1] ?? match?.[0] ?? "unknown",
    ...(match === null
      ? {
          warning: `${[file, ...args].join(" ")} printed no version: set version in its definition.`,
        }
      : {}),
  };
}

/** Where a program is, or null. */
export async function findProgram(file: string, path: string): Promise<string | null> {
  const candidates = file.includes("/")
    ? [file]
    : path.split(delimiter).map((folder) => join(folder || ".", file));
  for (const candidate of candidates) {
    const found = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
  }
  return null;
}

function firstWords(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  return new Promise((resolve) => {
    const options = { env: { ...env }, timeout: TIMEOUT_MS, killSignal: "SIGKILL" } as const;
    const child = execFile(file, [...args], options, (_error, stdout, stderr) => {
      resolve(`${stdout}\n${stderr}`);
    });
    child.stdin?.on("error", () => {});
    child.stdin?.end();
  });
}
