import { randomBytes } from "node:crypto";

/**
 * The variable that a pool sets in the environment of every process it starts. What the process starts
 * inherits it, so that it is found and ended with it, in whatever group or session it is.
 */
export const PROCESS_MARKER = "CLUSTER_PROCESS";

const FORM = /^[\w-]{12}$/;

export function newMarker(): string {
  return randomBytes(9).toString("base64url");
}

export function isMarker(text: string): boolean {
  return FORM.test(text);
}

/** An environment with the marker, behind those of the processes that this program itself is one of. */
export function markedEnvironment(
  env: Readonly<Record<string, string>>,
  marker: string,
): Record<string, string> {
  const outer = process.env[PROCESS_MARKER];
  return { ...env, [PROCESS_MARKER]: outer ? `${outer}:${marker}` : marker };
}

/** The markers in an environment as /proc/<pid>/environ has it. */
export function markersIn(environ: Buffer): readonly string[] {
  const name = `${PROCESS_MARKER}=`;
  let start = environ.indexOf(name);
  // At the beginning of an entry, not in the middle of a value.
  while (start > 0 && environ[start - 1] !== 0) start = environ.indexOf(name, start + 1);
  if (start === -1) return [];
  const end = environ.indexOf(0, start);
  const value = environ.subarray(start + name.length, end === -1 ? environ.length : end);
  return value.toString("latin1").split(":");
}
