import { AIDER_VERSION, type AiderInstallation, findAider, installAider } from "../../src/index.ts";

/** The aider of the machine, or our own: a fresh machine installs it with the first test that asks. */
export async function realAider(): Promise<AiderInstallation> {
  const found = await findAider();
  return found.found && found.version === AIDER_VERSION ? found : installAider();
}
