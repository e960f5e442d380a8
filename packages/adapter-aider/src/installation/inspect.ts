import { execa } from "execa";
import { z } from "zod";
import { AiderError } from "../errors/aider-error.ts";
import { pythonEnvironment } from "./environment.ts";
import { interpreterOf } from "./interpreter.ts";
import { AIDER_VERSION, isSupported } from "./version.ts";
import { isExecutable } from "./which.ts";

/** Where an aider was found. */
export type AiderSource = "option" | "CLUSTER_AIDER" | "PATH" | "installed";

/** An aider that can run. */
export interface AiderInstallation {
  readonly found: true;
  readonly version: string;
  /** The `aider` script. */
  readonly executable: string;
  /** The interpreter it runs with. */
  readonly python: string;
  /** The folders of Python's packages that it was found with. */
  readonly packages: { readonly aider: string; readonly litellm: string };
  readonly source: AiderSource;
}

const REINSTALL =
  "Install it again, or: cluster tools install aider (in a program, installAider()).";

// Without importing it: that takes seconds. A part that is gone shows in its missing module.
const LOOK = `
import importlib.util, json, os
from importlib.metadata import version
parts = ["aider.main", "aider.coders", "litellm", "git", "prompt_toolkit", "rich", "configargparse"]
absent = [part for part in parts if importlib.util.find_spec(part) is None]
def folder(name):
    found = importlib.util.find_spec(name)
    return os.path.dirname(found.origin) if found and found.origin else ""
packages = {name: folder(name) for name in ("aider", "litellm")}
print(json.dumps({"version": version("aider-chat"), "absent": absent, "packages": packages}))
`;

const Report = z.object({
  version: z.string(),
  absent: z.array(z.string()),
  packages: z.object({ aider: z.string(), litellm: z.string() }),
});

/**
 * Looks at one `aider` without starting it.
 *
 * @throws {AiderError} AIDER_MISSING, AIDER_BROKEN, AIDER_VERSION_UNSUPPORTED.
 */
export async function inspectAider(
  executable: string,
  source: AiderSource,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<AiderInstallation> {
  if (!(await isExecutable(executable))) {
    throw new AiderError(
      "AIDER_MISSING",
      `${where(executable, source)} is not an executable file.`,
      "Give the path of an `aider` script.",
    );
  }
  const found = await interpreterOf(executable, environment);
  if (found === null) {
    throw broken(executable, source, "names no Python interpreter that could be found.");
  }
  const { script, python } = found;
  const report = await ask(executable, source, python);
  if (report.absent.length > 0) {
    throw broken(executable, source, `lacks ${report.absent.join(", ")} in its Python.`);
  }
  if (!isSupported(report.version)) {
    throw new AiderError(
      "AIDER_VERSION_UNSUPPORTED",
      `${where(executable, source)} is aider ${report.version}; this adapter knows 0.86.`,
      `Install ${AIDER_VERSION}, or: cluster tools install aider (in a program, installAider()).`,
    );
  }
  const { version, packages } = report;
  return { found: true, version, executable: script, python, packages, source };
}

async function ask(
  executable: string,
  source: AiderSource,
  python: string,
): Promise<z.infer<typeof Report>> {
  const result = await execa(python, ["-c", LOOK], {
    env: pythonEnvironment(),
    extendEnv: false,
    reject: false,
    timeout: 30_000,
  });
  if (result.failed) {
    const words = (result.stderr ?? "").trim().split("\n").at(-1) || result.shortMessage;
    throw broken(executable, source, `cannot run with ${python}: ${words}.`, result);
  }
  const report = Report.safeParse(parse(result.stdout));
  if (report.success) return report.data;
  throw broken(
    executable,
    source,
    `answers with something else than its version: ${result.stdout}`,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.trim().split("\n").at(-1) ?? "");
  } catch {
    return null;
  }
}

function broken(file: string, source: AiderSource, what: string, cause?: unknown): AiderError {
  const options = cause instanceof Error ? { cause } : {};
  return new AiderError("AIDER_BROKEN", `${where(file, source)} ${what}`, REINSTALL, options);
}

function where(file: string, source: AiderSource): string {
  return source === "CLUSTER_AIDER" ? `CLUSTER_AIDER=${file}` : file;
}
