import { execa } from "execa";
import type { LoopbackRegistry } from "./loopback-registry.ts";

/** Publishes everything in the workspace that is not private, as a release does. */
export async function publishAll(root: string, registry: LoopbackRegistry): Promise<void> {
  const destination = ["--no-git-checks", "--registry", registry.url];
  await execa("pnpm", ["--recursive", "publish", ...destination], { cwd: root, all: true });
}
