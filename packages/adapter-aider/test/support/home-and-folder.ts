import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@cluster/testkit";

/** Where aider looks for settings. */
export interface HomeAndFolder extends AsyncDisposable {
  readonly home: string;
  readonly folder: string;
}

/** A home without settings, and a folder that aider takes for a repository: both go with it. */
export async function homeAndFolder(): Promise<HomeAndFolder> {
  const stack = new AsyncDisposableStack();
  const home = stack.use(await temporaryFolder()).path;
  const folder = stack.use(await temporaryFolder()).path;
  await mkdir(join(folder, ".git"));
  await writeFile(join(folder, ".git", "HEAD"), "ref: refs/heads/main\n");
  return { home, folder, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
