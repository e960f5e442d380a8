import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPool, type FailureClass, failureClassOf } from "@cluster/batch";
import type { ClusterConfig } from "../config/config.ts";
import { resolveTool } from "../tools/resolve-tool.ts";
import { type CheckResult, fail, ok, warn } from "./check.ts";

const PROMPT = "This is a test of the connection. Answer with the one word: ready. Change no file.";
const IDLE_MS = 60_000;

/** What a user does about a turn that failed. */
const REMEDIES: Partial<Record<FailureClass, string>> = {
  auth: "Log in to the tool, or set its provider's key, and try again.",
  quota: "The provider refuses for quota: wait, or raise the limit there.",
  overload:
    "The provider does not answer: try again later, or see whether its address can be reached.",
  timeout:
    "Nothing came for a minute: see whether the provider can be reached, and the tool by itself.",
};

/** One real turn of a tool, with the user's own log-in and in an empty folder. It costs what a word costs. */
export async function tryTool(name: string, config: ClusterConfig): Promise<CheckResult> {
  const title = `turn of ${name}`;
  const cwd = await mkdtemp(join(tmpdir(), "cluster-doctor-"));
  const began = performance.now();
  try {
    const adapter = await resolveTool(name, config, { args: [], model: undefined, cwd });
    await using pool = createPool({
      adapter,
      cwd,
      start: "lazy",
      startTimeoutMs: IDLE_MS,
      idleTimeoutMs: IDLE_MS,
      restart: { intensity: 0 },
    });
    const { reply, proof } = await pool.run({ message: PROMPT });
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const found = `answered in ${seconds} s: ${reply.trim().slice(0, 80)}`;
    if (proof !== "unproven") return ok(title, found);
    return warn(
      title,
      found,
      "Nothing but its word says that a model answered: run it on one file.",
    );
  } catch (error) {
    const failure = failureClassOf(error);
    const reason = error instanceof Error ? error.message : String(error);
    const remedy = (failure && REMEDIES[failure]) || "Run the tool by itself to see what is wrong.";
    return fail(title, failure === null ? reason : `${failure}: ${reason}`, remedy);
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}
