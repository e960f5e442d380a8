// Plain JavaScript for Node 18 and newer: it runs before anything is installed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The top of the checkout. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Node 24 from the package registry, whatever Node the machine has. */
export const node = join(root, "node_modules", "node", "bin", "node");

const stampFile = join(root, "node_modules", ".cluster-setup");

/** Installs what package.json files and the lockfile name, once; says so on stderr. */
export function install() {
  const wanted = fingerprint();
  if (existsSync(node) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === wanted)
    return;
  console.error("Setting up: Node 24 and the packages, from the package registry …");
  const began = Date.now();
  rmSync(stampFile, { force: true });
  const { packageManager } = manifest();
  const installed = spawnSync("npx", ["--yes", packageManager, "install", "--frozen-lockfile"], {
    cwd: root,
    // Without a terminal pnpm asks nothing, also not whether it may begin again in an old folder.
    env: { ...process.env, CI: "true" },
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (installed.status !== 0 || !existsSync(node)) {
    console.error(installed.error?.message ?? `${installed.stdout}${installed.stderr}`);
    console.error(
      "\nThe packages could not be installed. The message above says why; " +
        "the package registry must be reachable, and `npx` must work.",
    );
    process.exit(3);
  }
  writeFileSync(stampFile, wanted);
  console.error(`Set up in ${((Date.now() - began) / 1000).toFixed(0)} s.\n`);
}

/** Runs the pnpm that package.json names, and returns its exit code. */
export function pnpm(args, stdio = "inherit") {
  return run("npx", ["--yes", manifest().packageManager, ...args], stdio);
}

function manifest() {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
}

/** Runs a program in the checkout with the checkout's own tools first on PATH. */
export function run(file, args, stdio = "inherit", environment = {}) {
  const own = [dirname(node), join(root, "node_modules", ".bin")].filter((path) =>
    existsSync(path),
  );
  const { status, signal, error } = spawnSync(file, args, {
    cwd: root,
    stdio,
    env: {
      ...process.env,
      TURBO_TELEMETRY_DISABLED: "1",
      ...environment,
      PATH: [...own, process.env.PATH].join(delimiter),
    },
  });
  if (error) console.error(`${file}: ${error.message}`);
  return status ?? (signal === "SIGINT" ? 130 : 1);
}

/** Changes when anything changes that an installation depends on. */
function fingerprint() {
  const hash = createHash("sha256");
  const manifests = ["packages", "apps", "tooling"].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => join(folder, name, "package.json")),
  );
  for (const path of [
    "package.json",
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    ...manifests.sort(),
  ]) {
    if (existsSync(join(root, path))) hash.update(path).update(readFileSync(join(root, path)));
  }
  return hash.digest("hex");
}
