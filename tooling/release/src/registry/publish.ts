import { pnpm } from "../workspace/pnpm.ts";
import type { LoopbackRegistry } from "./loopback-registry.ts";

/** Publishes everything in the workspace that is not private, as a release does. */
export async function publishAll(root: string, registry: LoopbackRegistry): Promise<void> {
  const destination = ["--no-git-checks", "--registry", registry.url];
  await pnpm(root, ["--recursive", "publish", ...destination]);
}
