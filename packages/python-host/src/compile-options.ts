import { isAbsolute } from "node:path";
import { inspect } from "node:util";
import { PoolError, PROCESS_MARKER } from "@cluster/pool";
import type { CompiledOptions, PythonHostOptions } from "./options.ts";

const LATE = ["PWD", "OLDPWD", "SHLVL", "_", PROCESS_MARKER];
/** What an interpreter and the loader look at before any code of ours: a fork cannot change it. */
const EARLY = /^(PYTHON|LD_|DYLD_|LC_|LANG$|LANGUAGE$)/;
const REFERENCE = /^[\p{L}_][\p{L}\p{N}_.]*:[\p{L}_][\p{L}\p{N}_.]*$/u;
const MODULE = /^[\p{L}_][\p{L}\p{N}_.]*$/u;

const NAMES = [
  "entry",
  "modules",
  "warmUp",
  "path",
  "spares",
  "mode",
  "startTimeoutMs",
  "heartbeatTimeoutMs",
  "restart",
  "lateEnvironment",
  "onWarning",
];
const RESTART_NAMES = ["intensity", "periodMs", "backoffMs", "maxBackoffMs"];

/** @throws {PoolError} OPTION_INVALID */
export function compileOptions(options: PythonHostOptions): CompiledOptions {
  const { entry, modules = [], warmUp, path = [], spares = 1, mode = "auto" } = options;
  const { startTimeoutMs = 120_000, heartbeatTimeoutMs = 10_000 } = options;
  const { lateEnvironment = [], onWarning = warn, restart = {} } = options;
  checkNames("", options, NAMES);
  checkNames("restart.", restart, RESTART_NAMES);
  for (const [name, list] of Object.entries({ modules, path, lateEnvironment })) {
    check(name, Array.isArray(list), "expected an array of strings", list);
  }
  const reference = 'expected "module:function"';
  check("entry", typeof entry === "string" && REFERENCE.test(entry), reference, entry);
  check("warmUp", warmUp === undefined || REFERENCE.test(warmUp), reference, warmUp);
  for (const name of modules) {
    check("modules", typeof name === "string" && MODULE.test(name), "expected module names", name);
  }
  for (const folder of path) {
    check(
      "path",
      typeof folder === "string" && isAbsolute(folder),
      "expected absolute paths",
      folder,
    );
  }
  check("spares", isCount(spares), "expected a whole number of at least 0", spares);
  check("mode", ["auto", "fork", "process"].includes(mode), "expected auto, fork or process", mode);
  check(
    "mode",
    mode !== "fork" || process.platform === "linux",
    "a fork server needs Linux; expected auto or process",
    mode,
  );
  checkTime("startTimeoutMs", startTimeoutMs);
  checkTime("heartbeatTimeoutMs", heartbeatTimeoutMs);
  const { intensity = 5, periodMs = 60_000, backoffMs = 100, maxBackoffMs = 10_000 } = restart;
  check(
    "restart.intensity",
    isCount(intensity),
    "expected a whole number of at least 0",
    intensity,
  );
  checkTime("restart.periodMs", periodMs);
  checkTime("restart.backoffMs", backoffMs);
  checkTime("restart.maxBackoffMs", maxBackoffMs);
  for (const name of lateEnvironment) {
    check(
      "lateEnvironment",
      typeof name === "string" && !EARLY.test(name),
      "expected names that neither the interpreter nor the loader reads",
      name,
    );
  }
  check("onWarning", typeof onWarning === "function", "expected a function", onWarning);
  return {
    entry,
    modules: [...modules],
    warmUp: warmUp ?? null,
    path: [...path],
    spares,
    mode,
    startTimeoutMs,
    heartbeatTimeoutMs,
    restart: { intensity, periodMs, backoffMs, maxBackoffMs },
    lateEnvironment: new Set([...LATE, ...lateEnvironment]),
    onWarning,
  };
}

function warn(message: string): void {
  process.emitWarning(message, { type: "PythonHostWarning" });
}

function checkNames(at: string, given: object, known: readonly string[]): void {
  for (const [name, value] of Object.entries(given)) {
    check(`${at}${name}`, known.includes(name), "there is no such option", value);
  }
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0;
}

function checkTime(name: string, value: unknown): void {
  const good = typeof value === "number" && value >= 0;
  check(name, good, "expected milliseconds, a number of at least 0 or Infinity", value);
}

function check(name: string, good: boolean, expected: string, value: unknown): void {
  if (good) return;
  const found = `${typeof value} ${inspect(value)}`;
  throw new PoolError("OPTION_INVALID", `${name}: ${expected}, found ${found}.`);
}
