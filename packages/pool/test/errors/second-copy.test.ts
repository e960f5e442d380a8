import { cp, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { fakeTool, type TemporaryFolder, temporaryFolder } from "@cluster/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectNoProcessLeft, markedEnvironment } from "../support/tools.ts";

const ours = await import("../../src/index.ts");

const root = fileURLToPath(new URL("../..", import.meta.url));

let folder: TemporaryFolder;
/** The same package, installed a second time: as an adapter has it that brings its own. */
let theirs: typeof ours;

beforeAll(async () => {
  folder = await temporaryFolder();
  const copy = join(folder.path, "pool");
  await mkdir(copy);
  await cp(join(root, "src"), join(copy, "src"), { recursive: true });
  await cp(join(root, "package.json"), join(copy, "package.json"));
  await symlink(join(root, "node_modules"), join(copy, "node_modules"));
  theirs = await import(pathToFileURL(join(copy, "src", "index.ts")).href);
});
afterAll(async () => {
  await expectNoProcessLeft();
  await folder?.[Symbol.asyncDispose]();
});

const CLASSES = {
  PoolError: (from) => new from.PoolError("POOL_CLOSED", "Closed."),
  ToolFailure: (from) => new from.ToolFailure("quota", "Too many.", { retryAfterMs: 5 }),
  ProcessExitedError: (from) =>
    new from.ProcessExitedError("It ended.", { kind: "code", code: 1 }, ""),
  ProcessStartError: (from) => new from.ProcessStartError("It did not start."),
  ProtocolError: (from) => new from.ProtocolError("That was no answer."),
  TurnAbortedError: (from) => new from.TurnAbortedError("TURN_TIMEOUT", "Too late."),
} satisfies Record<string, (from: typeof ours) => Error>;

type Name = keyof typeof CLASSES;
const names = Object.keys(CLASSES) as Name[];

test.each(names)("a %s of another copy is one, and nothing that it is not", (name) => {
  const foreign = CLASSES[name](theirs);
  expect(theirs[name]).not.toBe(ours[name]);
  expect(names.filter((other) => foreign instanceof ours[other])).toEqual(
    name === "PoolError" ? ["PoolError"] : ["PoolError", name],
  );
  expect(ours.failureClassOf(foreign)).toBe(ours.failureClassOf(CLASSES[name](ours)));
});

test("what only looks like one is none, and a derived class has only its own", () => {
  class Refused extends ours.ToolFailure {}
  expect(new Refused("auth", "No.")).toBeInstanceOf(ours.ToolFailure);
  expect(CLASSES.ToolFailure(ours)).not.toBeInstanceOf(Refused);
  expect(CLASSES.ToolFailure(theirs)).not.toBeInstanceOf(Refused);
  const alike = Object.assign(new Error("No."), { name: "ToolFailure", code: "TOOL_FAILED" });
  for (const value of [alike, null, undefined, "ToolFailure", {}]) {
    expect(value instanceof ours.PoolError).toBe(false);
  }
});

test("a pool knows a failure that its adapter makes with its own copy: the process serves on", async () => {
  await using pool = ours.createPool({
    adapter: {
      name: "from another copy",
      command: () => ({ ...fakeTool("json-lines"), env: markedEnvironment }),
      // biome-ignore lint/suspicious/noExplicitAny: the fake tool takes and gives any JSON
      connect: theirs.jsonLinesProtocol<any, any>(),
    },
  });
  const failed = pool.run({ fail: { class: "quota", message: "Too many.", retryAfterMs: 1_500 } });
  const error: unknown = await failed.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(Object.getPrototypeOf(error)).toBe(theirs.ToolFailure.prototype);
  expect(error).toBeInstanceOf(ours.ToolFailure);
  expect(error).toMatchObject({ failureClass: "quota", retryAfterMs: 1_500 });
  expect(await pool.run({ echo: "still here" })).toBe("still here");
  expect(pool.status().instances[0]?.generation).toBe(1);
});
