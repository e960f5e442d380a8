export { PythonFailure } from "./errors/start-errors.ts";
export type { PythonHostMode, PythonHostOptions, ServerRestartOptions } from "./options.ts";
export { pythonHost } from "./python-host.ts";
