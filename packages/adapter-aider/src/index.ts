export { aiderAdapter } from "./adapter.ts";
export { AiderError } from "./errors/aider-error.ts";
export { AIDER_ERROR_CODES, type AiderErrorCode } from "./errors/codes.ts";
export { type AiderMissing, type FindAiderOptions, findAider } from "./installation/find.ts";
export type { AiderInstallation, AiderSource } from "./installation/inspect.ts";
export {
  type InstallAiderOptions,
  type InstallProgress,
  installAider,
} from "./installation/install.ts";
export { findPython, type SupportedPython } from "./installation/python.ts";
export { AIDER_VERSION, PYTHON_RANGE } from "./installation/version.ts";
export type { AiderOptions } from "./options.ts";
