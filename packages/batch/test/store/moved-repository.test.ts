import { cp, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LocalRunStore, type RunRecord } from "@cluster/batch";
import { temporaryFolder } from "@cluster/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";

let stack: AsyncDisposableStack;
let home: string;
let store: LocalRunStore;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  home = stack.use(await temporaryFolder()).path;
  store = new LocalRunStore({ folder: stack.use(await temporaryFolder()).path });
});

afterEach(() => stack.disposeAsync());

/** As much of a repository as the store looks at. */
async function repository(name: string): Promise<string> {
  await mkdir(join(home, name, ".git"), { recursive: true });
  await writeFile(join(home, name, ".git", "HEAD"), "ref: refs/heads/main\n");
  return name;
}

const site = (name: string, below = ".git") => ({ commonDir: join(home, name, below) });

async function begin(name: string, run: string, at = site(name)): Promise<void> {
  const record: RunRecord = {
    run,
    root: join(home, name),
    base: "b",
    target: "main",
    tool: "t",
    workers: 2,
    createdAt: 1,
    settings: null,
  };
  await using _begun = await store.create(at, record);
}

const runsOf = async (name: string, at = site(name)): Promise<string[]> =>
  (await store.list(at)).map(({ run }) => run).sort();

test("a repository that was moved finds its runs, and adds to them", async () => {
  await begin(await repository("old"), "first");
  await rename(join(home, "old"), join(home, "new"));
  expect(await runsOf("new")).toEqual(["first"]);
  await using run = await store.open(site("new"), "last");
  expect(run.record.run).toBe("first");
  await begin("new", "second");
  await rename(join(home, "new"), join(home, "newest"));
  expect(await runsOf("newest")).toEqual(["first", "second"]);
});

test("so does one that was moved to another disk, where nothing but its files is the same", async () => {
  await begin(await repository("old"), "first");
  await cp(join(home, "old"), join(home, "new"), { recursive: true });
  await rm(join(home, "old"), { recursive: true });
  expect(await runsOf("new")).toEqual(["first"]);
});

test("a copy has runs of its own, and so has the original", async () => {
  await begin(await repository("original"), "first");
  await cp(join(home, "original"), join(home, "copy"), { recursive: true });
  expect(await runsOf("copy")).toEqual([]);
  await begin("copy", "second");
  expect(await runsOf("copy")).toEqual(["second"]);
  await rename(join(home, "original"), join(home, "moved"));
  expect(await runsOf("moved")).toEqual(["first"]);
  expect(await runsOf("copy")).toEqual(["second"]);
});

test("a repository in the place of one that was moved begins with none once that is known", async () => {
  await begin(await repository("place"), "first");
  await rename(join(home, "place"), join(home, "moved"));
  await using _seen = await store.open(site("moved"), "first");
  await begin(await repository("place"), "other");
  expect(await runsOf("place")).toEqual(["other"]);
  expect(await runsOf("moved")).toEqual(["first"]);
});

test("a folder without git is known again where it is moved on its disk", async () => {
  await mkdir(join(home, "notes"));
  await begin("notes", "first", site("notes", ""));
  await rename(join(home, "notes"), join(home, "papers"));
  expect(await runsOf("papers", site("papers", ""))).toEqual(["first"]);
});

test("a run that is another repository's is told where it is", async () => {
  await begin(await repository("one"), "first");
  await repository("two");
  const asked = store.read(site("two"), "first");
  await expect(asked).rejects.toThrow(`There is one of ${join(home, "one")}: look for it there.`);
  await rm(join(home, "one"), { recursive: true });
  await expect(store.read(site("two"), "first")).rejects.toThrow(
    /mkdir -p '.*' && mv '.*first' '.*'/,
  );
});
