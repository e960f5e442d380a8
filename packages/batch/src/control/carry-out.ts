import {
  CONTROL_COMMANDS,
  type ControlAnswer,
  type ControlCommand,
  type ControlFault,
  type Controllable,
} from "./control-contract.ts";

/** Carries out one line. Whatever it says, the answer is an answer and the run goes on. */
export async function carryOut(run: Controllable, line: string): Promise<ControlAnswer> {
  const command = parse(line);
  if (!("command" in command)) return command;
  try {
    await apply(run, command);
    return { ok: true, status: run.status() };
  } catch (error) {
    return refusal("REFUSED", error instanceof Error ? error.message : String(error));
  }
}

function apply(run: Controllable, command: ControlCommand): void | Promise<void> {
  switch (command.command) {
    case "status":
      return undefined;
    case "scale":
      return run.scale(command.workers);
    default:
      return run[command.command]();
  }
}

function parse(line: string): ControlCommand | ControlAnswer {
  let given: unknown;
  try {
    given = JSON.parse(line);
  } catch {
    return refusal("MALFORMED", `Expected one JSON object a line, found ${shown(line)}.`);
  }
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    return refusal("MALFORMED", `Expected a JSON object, found ${shown(line)}.`);
  }
  const { command, workers } = given as { command?: unknown; workers?: unknown };
  const known = CONTROL_COMMANDS.find((name) => name === command);
  if (known === undefined) {
    const found = shown(JSON.stringify(command) ?? "nothing");
    const names = CONTROL_COMMANDS.join(", ");
    return refusal("UNKNOWN_COMMAND", `Expected command to be one of ${names}, found ${found}.`);
  }
  if (known !== "scale") return { command: known };
  if (typeof workers === "number" && Number.isSafeInteger(workers) && workers >= 1) {
    return { command: known, workers };
  }
  const found = shown(JSON.stringify(workers) ?? "nothing");
  return refusal("MALFORMED", `Expected workers to be a whole number from 1 on, found ${found}.`);
}

/** An answer that says why not. */
export function refusal(code: ControlFault, message: string): ControlAnswer {
  return { ok: false, error: { code, message } };
}

function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
