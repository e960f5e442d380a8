import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { temporaryFolder } from "@cluster/testkit";
import {
  type Folder,
  type InPlaceRun,
  type InPlaceWorkspace,
  openFolder,
} from "../../src/index.ts";

/** A folder without git, with a state folder of its own. */
export interface PlainFolder extends AsyncDisposable {
  readonly path: string;
  readonly state: string;
  /** Opens it once more, as another process would. */
  open(): Promise<Folder>;
  write(path: string, content: string | Uint8Array): Promise<void>;
  read(path: string): Promise<string>;
}

export async function plainFolder(files: Readonly<Record<string, string>>): Promise<PlainFolder> {
  const folder = await temporaryFolder();
  const path = join(folder.path, "files");
  const state = join(folder.path, "state");
  const write = async (name: string, content: string | Uint8Array): Promise<void> => {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), content);
  };
  await mkdir(path);
  for (const [name, content] of Object.entries(files)) await write(name, content);
  return {
    path,
    state,
    open: () => openFolder(path, { directory: state }),
    write,
    read: (name) => readFile(join(path, name), "utf8"),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** Begins an attempt in a workspace of its own. */
export async function begun(
  run: InPlaceRun,
  files: readonly string[],
  attempt: { readonly task: string; readonly token?: number; readonly signal?: AbortSignal },
): Promise<InPlaceWorkspace> {
  const workspace = await run.openWorkspace(0);
  await workspace.reset(run.base, { token: 1, ...attempt, files });
  return workspace;
}

/** Lands whatever an attempt changed. */
export async function landed(run: InPlaceRun, workspace: InPlaceWorkspace): Promise<string> {
  const edit = (await workspace.commit({ paths: "all" })) ?? "";
  await workspace.leave(edit);
  const landing = await run.land(edit);
  if (landing.kind !== "landed") throw new Error(`It conflicts in ${landing.files.join(", ")}`);
  return edit;
}

/** Resolves with whether a promise settles before others that were there first have had their turn. */
export async function waits(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(
    () => {
      settled = true;
    },
    () => {
      settled = true;
    },
  );
  for (let turns = 0; turns < 20; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  return !settled;
}
