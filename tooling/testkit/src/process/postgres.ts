import { spawn, spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitFor } from "./wait-for.ts";

/** A server of its own in a temporary folder, on a Unix socket there. */
export interface PostgresServer extends AsyncDisposable {
  readonly environment: Readonly<Record<string, string>>;
}

/** The folder of the server's programs, or null: Debian keeps them off PATH. */
export function postgresPrograms(): string | null {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root) : [];
  const folders = [
    ...versions.map((version) => join(root, version, "bin")),
    ...(process.env.PATH ?? "").split(":"),
  ];
  return folders.find((folder) => existsSync(join(folder, "initdb"))) ?? null;
}

/** It refuses to run as root, and then runs as nobody. */
const NOBODY = 65_534;

export async function startPostgres(programs: string): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), "pg-"));
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(folder, NOBODY, NOBODY);
  const who = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  const data = join(folder, "data");
  const options = { ...who, cwd: folder, env: { PATH: programs, LC_ALL: "C" } };
  const made = spawnSync(
    join(programs, "initdb"),
    ["-D", data, "-U", "me", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"],
    { ...options, encoding: "utf8" },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const server = spawn(
    join(programs, "postgres"),
    ["-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"],
    { ...options, stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  server.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = new Promise((resolve) => server.once("exit", resolve));
  await waitFor(() => said.includes("ready to accept connections") || server.exitCode !== null, {
    timeoutMs: 60_000,
    what: "the server to be ready",
  });
  if (server.exitCode !== null) throw new Error(`postgres ended: ${said}`);
  return {
    environment: { PGHOST: folder, PGUSER: "me", PGDATABASE: "postgres" },
    async [Symbol.asyncDispose]() {
      // An immediate shutdown: nothing of it is kept.
      server.kill("SIGQUIT");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
