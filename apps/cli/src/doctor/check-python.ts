import { AiderError, findPython } from "@cluster/adapter-aider";
import type { ProbedTool } from "../tools/probe-tool.ts";
import { type CheckResult, fail, ok, warn } from "./check.ts";

/** A Python that aider supports; an aider that works has brought its own. */
export async function checkPython(aider: ProbedTool, needed: boolean): Promise<CheckResult> {
  try {
    const { file, version } = await findPython();
    return ok("python", `${version} (${file})`);
  } catch (thrown) {
    if (!(thrown instanceof AiderError)) throw thrown;
    if (aider.probe?.installed === true) return ok("python", "aider has one of its own");
    return (needed ? fail : warn)("python", thrown.reason, thrown.remedy);
  }
}
