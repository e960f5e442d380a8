import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { AiderError } from "../errors/aider-error.ts";
import { pythonEnvironment } from "./environment.ts";
import { isSupportedPython, PYTHON_RANGE } from "./version.ts";
import { which } from "./which.ts";

/** A Python that aider supports and that can make virtual environments. */
export interface SupportedPython {
  readonly file: string;
  readonly version: string;
}

const LOOK = `
import platform
print(platform.python_version())
import ensurepip, venv
print("can make environments")
`;

/**
 * Finds a Python for aider, the newest supported one first: on PATH by its versioned and its plain
 * names, then among those of pyenv and of uv.
 *
 * @throws {AiderError} PYTHON_MISSING, naming what was found instead.
 */
export async function findPython(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  signal?: AbortSignal,
): Promise<SupportedPython> {
  const refused: string[] = [];
  for await (const file of candidates(environment)) {
    signal?.throwIfAborted();
    const { stdout, failed } = await execa(file, ["-c", LOOK], {
      env: pythonEnvironment(environment),
      extendEnv: false,
      reject: false,
      timeout: 15_000,
      ...(signal && { cancelSignal: signal }),
    });
    const [version = "", able] = stdout?.split("\n") ?? [];
    if (isSupportedPython(version)) {
      if (!failed && able !== undefined) return { file, version };
      refused.push(`${file} (${version}, without the venv module: install python3-venv)`);
    } else if (version !== "") {
      refused.push(`${file} (${version})`);
    }
  }
  const instead = refused.length > 0 ? ` Found instead: ${[...new Set(refused)].join(", ")}.` : "";
  throw new AiderError(
    "PYTHON_MISSING",
    `aider needs Python ${PYTHON_RANGE}, and none was found.${instead}`,
    "Install Python 3.12 with your package manager, with pyenv, or with `uv python install 3.12`.",
  );
}

async function* candidates(
  environment: Readonly<Record<string, string | undefined>>,
): AsyncGenerator<string> {
  for (const name of ["python3.12", "python3.11", "python3.10", "python3", "python"]) {
    yield* await which(name, environment.PATH);
  }
  const home = environment.HOME ?? homedir();
  const data = environment.XDG_DATA_HOME ?? join(home, ".local", "share");
  for (const folder of [
    join(environment.PYENV_ROOT ?? join(home, ".pyenv"), "versions"),
    environment.UV_PYTHON_INSTALL_DIR ?? join(data, "uv", "python"),
  ]) {
    const names = await readdir(folder).catch(() => []);
    const supported = names.filter((name) => /(^|-)3\.1[012](\.|-|$)/.test(name));
    yield* supported
      .sort()
      .reverse()
      .map((name) => join(folder, name, "bin", "python3"));
  }
}
