import { ProcessStartError, ToolFailure } from "../errors/turn-errors.ts";

/** What another try a moment later would meet again: the executable, the folder, the arguments. */
const PERMANENT: ReadonlySet<string> = new Set([
  "ENOENT",
  "ENOTDIR",
  "EISDIR",
  "EACCES",
  "EPERM",
  "ENOEXEC",
  "E2BIG",
  "ELOOP",
  "ENAMETOOLONG",
  "MODULE_NOT_FOUND",
  "ERR_INVALID_ARG_TYPE",
  "ERR_INVALID_ARG_VALUE",
]);

/** What a tool says of its own set-up: a refused key, a missing model, a broken installation. */
const PERMANENT_CLASSES: ReadonlySet<string> = new Set(["auth", "environment"]);

/** Whether a start failed in a way that no waiting mends. */
export function isPermanent(error: Error): boolean {
  if (error instanceof ToolFailure) return PERMANENT_CLASSES.has(error.failureClass);
  if (!(error instanceof ProcessStartError)) return false;
  const { code } = (error.cause ?? {}) as NodeJS.ErrnoException;
  return code !== undefined && PERMANENT.has(code);
}
