import type { ProcessSpec } from "@cluster/pool";
import { PythonFailure } from "./errors/start-errors.ts";

/** What Linux allows one argument or variable to have, its end included. */
const MAX_STRING_BYTES = 131_072;
/** And all of them together, with the usual limit of a stack. */
const MAX_TOTAL_BYTES = 2_097_152;

/**
 * A fork takes what a start of an ordinary process would refuse; the same is refused here, so that a tool
 * does not work in one mode only.
 * @throws {PythonFailure}
 */
export function validateSpec({ args, cwd, env }: ProcessSpec): void {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const strings = [...args, ...variables];
  if ([...strings, cwd].some((text) => text.includes("\0"))) {
    throw new PythonFailure(
      "its arguments, its folder and its environment must be strings without null bytes.",
      "ERR_INVALID_ARG_VALUE",
    );
  }
  const sizes = strings.map((text) => Buffer.byteLength(text) + 1);
  const total = sizes.reduce((sum, size) => sum + size + 8, 0);
  if (total > MAX_TOTAL_BYTES || sizes.some((size) => size > MAX_STRING_BYTES)) {
    throw new PythonFailure("its arguments and environment are too long.", "E2BIG");
  }
}
