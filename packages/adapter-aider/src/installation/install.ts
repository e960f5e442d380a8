import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { AiderError } from "../errors/aider-error.ts";
import { pythonEnvironment } from "./environment.ts";
import { type AiderInstallation, inspectAider } from "./inspect.ts";
import { isRunning } from "./is-running.ts";
import { installationFolder, installedVenv, markInstalled, programIn } from "./locations.ts";
import { withLock } from "./lock.ts";
import { findPython } from "./python.ts";
import { AIDER_VERSION, UV_VERSION } from "./version.ts";

/** How far an installation is. */
export interface InstallProgress {
  readonly step: "waiting" | "python" | "environment" | "installer" | "packages" | "done";
  readonly message: string;
}

/** How to install aider. */
export interface InstallAiderOptions {
  /** @default a folder of the user's cache, by version */
  readonly directory?: string;
  readonly onProgress?: (progress: InstallProgress) => void;
  readonly signal?: AbortSignal;
  /** Where to look for Python and package indexes. @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * Installs {@link AIDER_VERSION} into a private virtual environment, once: a finished installation
 * is found and kept. Several processes may call it; one installs and the others wait. One that was
 * killed is begun again by the next call.
 *
 * @throws {AiderError} PYTHON_MISSING, INSTALL_FAILED, AIDER_BROKEN.
 */
export async function installAider(options: InstallAiderOptions = {}): Promise<AiderInstallation> {
  const folder = options.directory ?? installationFolder();
  const tell = options.onProgress ?? (() => {});
  await mkdir(folder, { recursive: true });
  const install = async (): Promise<AiderInstallation> => {
    const finished = await finishedIn(folder);
    if (finished !== null) return finished;
    const name = `venv-${process.pid}-${Date.now().toString(36)}`;
    await sweep(folder);
    await build(join(folder, name), options, tell);
    const installation = await inspectAider(
      programIn(join(folder, name), "aider"),
      "installed",
      options.environment,
    );
    await markInstalled(folder, name);
    tell({ step: "done", message: `aider ${AIDER_VERSION} is installed in ${folder}` });
    return installation;
  };
  return withLock(join(folder, "installing"), install, {
    ...(options.signal && { signal: options.signal }),
    onWait: () => tell({ step: "waiting", message: "Another process installs aider" }),
  });
}

async function finishedIn(folder: string): Promise<AiderInstallation | null> {
  const venv = await installedVenv(folder);
  if (venv === null) return null;
  return inspectAider(programIn(venv, "aider"), "installed").catch(() => null);
}

/** Removes what killed installers left, and what broke: nothing that a living one is making. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = /^venv-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || (isRunning(Number(pid)) && Number(pid) !== process.pid)) continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

async function build(
  venv: string,
  { signal, environment }: InstallAiderOptions,
  tell: (progress: InstallProgress) => void,
): Promise<void> {
  tell({ step: "python", message: "Looking for a Python that aider supports" });
  const python = await findPython(environment, signal);
  const run = (step: InstallProgress["step"], message: string, file: string, args: string[]) => {
    tell({ step, message });
    return runStep(file, args, message, environment, signal);
  };
  const own = programIn(venv, "python");
  await run("environment", `Making an environment with Python ${python.version}`, python.file, [
    "-m",
    "venv",
    venv,
  ]);
  await run("installer", `Getting uv ${UV_VERSION}`, own, [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    `uv==${UV_VERSION}`,
  ]);
  await run("packages", `Getting aider ${AIDER_VERSION}`, programIn(venv, "uv"), [
    "pip",
    "install",
    "--quiet",
    "--python",
    own,
    "--compile-bytecode",
    `aider-chat==${AIDER_VERSION}`,
  ]);
}

async function runStep(
  file: string,
  args: readonly string[],
  what: string,
  environment: InstallAiderOptions["environment"],
  signal: AbortSignal | undefined,
): Promise<void> {
  const result = await execa(file, args, {
    env: pythonEnvironment(environment),
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    killDescendants: true,
    ...(signal && { cancelSignal: signal }),
  });
  signal?.throwIfAborted();
  if (!result.failed) return;
  const words = [result.stderr, result.stdout].filter(Boolean).join("\n").trim();
  throw new AiderError(
    "INSTALL_FAILED",
    `${what} failed: ${words.split("\n").slice(-5).join("\n") || result.shortMessage}`,
    "Check the network and the package index, then try again; what was fetched is kept.",
    { cause: result },
  );
}
