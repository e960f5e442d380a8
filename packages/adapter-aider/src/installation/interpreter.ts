import { open, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { isExecutable, which } from "./which.ts";

/** Where a script leads: to an interpreter, or, for a shim, to another script. */
type Lead =
  | { readonly kind: "interpreter"; readonly file: string }
  | { readonly kind: "script"; readonly file: string }
  | { readonly kind: "unknown" };

/**
 * The Python that an `aider` script runs with, or `null` when it cannot be told. Knows plain and
 * `env` shebangs, the `/bin/sh` wrapper that pip and uv write for long paths, links made by pipx and
 * `uv tool`, and pyenv's shims.
 */
export async function interpreterOf(
  script: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly script: string; readonly python: string } | null> {
  const lead = await follow(script, environment);
  if (lead.kind === "script" && lead.file !== script) return interpreterOf(lead.file, environment);
  const python = lead.kind === "interpreter" ? lead.file : await sibling(script);
  return python === null ? null : { script, python };
}

async function follow(
  script: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Lead> {
  const head = await readHead(script);
  const [shebang = "", second = ""] = head.split("\n");
  if (!shebang.startsWith("#!")) return { kind: "unknown" };
  const [program = "", ...args] = shebang.slice(2).trim().split(/\s+/);
  if (/\bpyenv"?\s+exec\b/.test(head)) return askPyenv(script, environment);
  if (program.endsWith("/env")) {
    const name = args.find((arg) => !arg.startsWith("-") && !arg.includes("="));
    const [file] = name ? await which(name, environment.PATH) : [];
    return file === undefined ? { kind: "unknown" } : { kind: "interpreter", file };
  }
  if (program.endsWith("/sh")) {
    const wrapped = /^'''exec'\s+(?:"([^"]+)"|'([^']+)'|(\S+))\s+"\$0"/.exec(second);
    const file = wrapped?.[1] ?? wrapped?.[2] ?? wrapped?.[3];
    return file === undefined ? { kind: "unknown" } : { kind: "interpreter", file };
  }
  // A path with spaces is allowed here by Linux up to the first of them only, so none is expected.
  return /python/i.test(program) ? { kind: "interpreter", file: program } : { kind: "unknown" };
}

async function readHead(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2048), 0, 2048, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function askPyenv(
  script: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Lead> {
  const name = script.slice(script.lastIndexOf("/") + 1);
  const { stdout, failed } = await execa("pyenv", ["which", name], {
    env: environment,
    extendEnv: false,
    reject: false,
    timeout: 10_000,
  });
  return failed ? { kind: "unknown" } : { kind: "script", file: stdout.trim() };
}

/** Every virtual environment keeps its interpreter beside its scripts. */
async function sibling(script: string): Promise<string | null> {
  const folder = dirname(await realpath(script));
  for (const name of ["python", "python3"]) {
    if (await isExecutable(join(folder, name))) return join(folder, name);
  }
  return null;
}
