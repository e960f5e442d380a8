import { FAILURE_CLASSES } from "@cluster/manager";
import { invalid, whole, wholeOrNever } from "../run/option-checks.ts";
import type { CrewOptions } from "./crew-options.ts";

/** @throws {BatchError} OPTION_INVALID */
export function checkCrew(given: CrewOptions): void {
  for (const [name, tool] of Object.entries({ ...given.tools })) {
    if (typeof tool?.command === "function" && typeof tool.connect === "function") continue;
    throw invalid(`tools.${name}`, "a ToolAdapter with the functions command and connect", tool);
  }
  checkFleet(given);
  checkFailOver(given);
  for (const [name, { maxTurns, tools = [] }] of Object.entries(given.providers ?? {})) {
    if (maxTurns !== undefined) wholeOrNever(`providers.${name}.maxTurns`, maxTurns, 1);
    for (const tool of tools) requireTool(`providers.${name}.tools`, tool, given);
  }
}

function checkFleet(given: CrewOptions): void {
  const { fleet } = given;
  if (fleet === undefined) return;
  const members = Object.entries(fleet);
  if (members.length === 0) throw invalid("fleet", "at least one tool", "{}");
  for (const [name, { workers }] of members) {
    requireTool("fleet", name, given);
    if (workers !== undefined) whole(`fleet.${name}.workers`, workers, 1);
  }
  const counted = members.filter(([, { workers }]) => workers !== undefined);
  if (counted.length > 0 && counted.length < members.length) {
    throw invalid("fleet", "a number of workers for each tool, or for none", counted[0]?.[0]);
  }
}

function checkFailOver({ failOver }: CrewOptions): void {
  if (failOver === undefined || failOver === false) return;
  for (const one of failOver.classes ?? []) {
    if (FAILURE_CLASSES.includes(one)) continue;
    throw invalid("failOver.classes", `some of ${FAILURE_CLASSES.join(", ")}`, one);
  }
}

function requireTool(option: string, name: string, { tool, tools = {} }: CrewOptions): void {
  const known = [...new Set([tool.name, ...Object.keys(tools)])];
  if (!known.includes(name)) throw invalid(option, `tools of the run (${known.join(", ")})`, name);
}
