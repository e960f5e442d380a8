export { PythonFailure } from "./errors/start-errors.ts";
export type { PythonHostMode, PythonHostOptions, ServerRestartOptions } from "./options.ts";
export { type PythonHost, type PythonServerStatus, pythonHost } from "./python-host.ts";
