/** The version of aider that `installAider` installs and that this adapter is tested with. */
export const AIDER_VERSION = "0.86.2";

/** The installer of its packages. */
export const UV_VERSION = "0.13.9";

/** The Python that this version of aider runs on. */
export const PYTHON_RANGE = ">=3.10, <3.13";

/** Whether this adapter may try a version: its minor release. The driver looks at the rest itself. */
export function isSupported(version: string): boolean {
  return /^0\.86\.\d+(?:[.+-]|$)/.test(version);
}

/** Whether aider supports a Python, given as "3.11" or "3.11.7". */
export function isSupportedPython(version: string): boolean {
  return /^3\.1[012](?:\.|$)/.test(version);
}
