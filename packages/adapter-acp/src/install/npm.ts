import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { AcpError } from "../errors/acp-error.ts";
import type { AgentPackage } from "../profiles/profile.ts";
import type { InstallAgentOptions, InstallProgress } from "./install.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Without a network npm would try for minutes. */
const PATIENCE = [
  "--fetch-retries=2",
  "--fetch-retry-mintimeout=500",
  "--fetch-retry-maxtimeout=5000",
];

/**
 * Has npm put a package into a folder of its own. No script of any package runs but the one that the
 * profile names.
 * @throws {AcpError} NPM_MISSING, INSTALL_FAILED
 */
export async function fetchPackage(
  { name, version, megabytes, script }: AgentPackage,
  folder: string,
  { environment = process.env, signal }: Pick<InstallAgentOptions, "environment" | "signal">,
  tell: (progress: InstallProgress) => void,
): Promise<void> {
  const what = `${name} ${version}`;
  const size = megabytes === undefined ? "" : ` (${megabytes} MB)`;
  tell({ step: "packages", message: `Getting ${what}${size}` });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "private": true }\n');
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"];
  const args = ["install", "--prefix", folder, "--save-exact", "--loglevel=error", ...quiet];
  await step(
    "npm",
    [...args, ...PATIENCE, `${name}@${version}`],
    folder,
    environment,
    signal,
    what,
  );
  if (script === undefined) return;
  tell({ step: "script", message: `Setting ${name} up` });
  const at = join(folder, "node_modules", name);
  await step(process.execPath, [script], at, environment, signal, what);
}

async function step(
  file: string,
  args: readonly string[],
  cwd: string,
  environment: Environment,
  signal: AbortSignal | undefined,
  what: string,
): Promise<void> {
  const result = await execa(file, args, {
    cwd,
    env: environment,
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    killDescendants: true,
    ...(signal && { cancelSignal: signal }),
  });
  signal?.throwIfAborted();
  if (!result.failed) return;
  if (result.code === "ENOENT") {
    throw new AcpError("NPM_MISSING", "npm is not on PATH.", "It comes with Node.", {
      cause: result,
    });
  }
  throw new AcpError(
    "INSTALL_FAILED",
    `${what} could not be installed: ${lastWords(result.stderr, result.stdout) || result.shortMessage}`,
    "Check the network and npm's registry (npm ping), then try again.",
    { cause: result },
  );
}

/** What npm says went wrong, without its log's address and advice. */
function lastWords(...outputs: readonly (string | undefined)[]): string {
  const lines = outputs
    .flatMap((text) => (text ?? "").split("\n"))
    .map((line) => line.replace(/^npm (?:error|ERR!) ?/, "").trim())
    .filter((line) => line !== "" && !/complete log of this run|npm warn/i.test(line));
  return lines.slice(0, 4).join(" ");
}
