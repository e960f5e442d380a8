import { spawnSync } from "node:child_process";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isAlive, temporaryFolder, waitFor } from "@cluster/testkit";
import { afterAll, describe, expect, test } from "vitest";
import {
  childProcessHost,
  createPool,
  lineProtocol,
  ProcessStartError,
  type ToolAdapter,
  type ToolCommand,
} from "../../src/index.ts";
import { expectNoProcessLeft, markedEnvironment, rejection } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

const signal = new AbortController().signal;
const host = childProcessHost();
const spec = { args: [], cwd: "/", env: markedEnvironment };

function tool(command: ToolCommand): ToolAdapter {
  return { name: "tool", command: () => command, connect: lineProtocol({ prompt: "> " }) };
}

describe("an executable", () => {
  test("that is missing fails at once and for good, and says what to do", async () => {
    await using pool = createPool({ adapter: tool({ file: "/no/such/tool" }) });
    const waiting = rejection(pool.run("x"));
    const error = await rejection(pool.ready());
    expect(error).toBeInstanceOf(ProcessStartError);
    expect(error).toMatchObject({
      code: "PROCESS_START_FAILED",
      message:
        "Could not start /no/such/tool: there is no such file. Check the path, or install the tool.",
      cause: expect.objectContaining({ code: "ENOENT" }),
    });
    expect(await waiting).toMatchObject({
      code: "INSTANCE_UNAVAILABLE",
      message: expect.stringContaining("there is no such file"),
    });
    // Another try would meet the same.
    expect(pool.status().instances[0]).toMatchObject({
      state: "failed",
      generation: 1,
      alive: false,
    });
  });

  test("that may not be executed", async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, "plain.txt");
    await writeFile(file, "#!/bin/sh\n");
    await chmod(file, 0o644);
    await using pool = createPool({ adapter: tool({ file }) });
    expect(await rejection(pool.ready())).toMatchObject({
      code: "PROCESS_START_FAILED",
      message: expect.stringContaining("it may not be executed. Check its permissions"),
    });
    expect(pool.status().instances[0]).toMatchObject({ state: "failed", generation: 1 });
  });

  test("of a wrong format fails for good with the system's own words", async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, "garbage");
    await writeFile(file, Buffer.of(0x7f, 0x45, 0x4c, 0x46, 0, 0, 0, 0, 0xff, 0xfe));
    await chmod(file, 0o755);
    await using pool = createPool({
      adapter: tool({ file }),
      restart: { intensity: 1, backoffMs: 1 },
    });
    // A shell is asked to run it where the system says ENOEXEC.
    expect(await rejection(pool.ready())).toMatchObject({
      code: expect.stringMatching(/PROCESS_START_FAILED|PROCESS_EXITED/),
      message: expect.stringContaining("garbage"),
    });
    expect(pool.status().instances[0]?.state).toBe("failed");
  });

  test("whose working folder is missing says that, and not that the file is", async () => {
    await using pool = createPool({ adapter: tool({ file: "sh" }), cwd: "/no/such/folder" });
    expect(await rejection(pool.ready())).toMatchObject({
      message: "Could not start sh: its working folder /no/such/folder does not exist.",
    });
  });

  test("with arguments that cannot be", async () => {
    const tooLong = { ...spec, file: "true", args: ["x".repeat(4_000_000)] };
    expect(await rejection(host.start(tooLong, signal))).toMatchObject({
      code: "PROCESS_START_FAILED",
      message: "Could not start true: its arguments and environment are too long.",
    });
    const nul = { ...spec, file: "true", args: ["a\0b"] };
    expect(await rejection(host.start(nul, signal))).toMatchObject({
      code: "PROCESS_START_FAILED",
      message: expect.stringContaining("null bytes"),
    });
  });
});

test("nothing is started for a signal that is aborted", async () => {
  const aborted = AbortSignal.abort(new Error("too late"));
  const error = await rejection(host.start({ ...spec, file: "true" }, aborted));
  expect(error.message).toBe("too late");
});

test("a process tells its exit once, and takes no signal after it", async () => {
  const child = await host.start({ ...spec, file: "sh", args: ["-c", "exit 9"] }, signal);
  expect(await child.exited).toEqual({ kind: "code", code: 9 });
  expect(child.kill("SIGTERM", "process")).toBe(false);
  expect(child.kill("SIGTERM", "group")).toBe(false);
  child.endInput();
});

test("nothing of this program's environment reaches a process but what its spec says", async () => {
  process.env.POOL_TEST_KEY = "secret";
  const child = await host.start({ ...spec, file: "/usr/bin/env", env: { ONLY: "this" } }, signal);
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  await child.exited;
  await waitFor(() => child.stdout.closed, { what: "the end of the output" });
  expect(text).toBe("ONLY=this\n");
  delete process.env.POOL_TEST_KEY;
});

test("a program that exits without a shutdown takes its processes with it", async () => {
  const index = fileURLToPath(new URL("../../src/index.ts", import.meta.url));
  // A tool that reads no input would not notice by itself.
  const program = `
    import { createPool } from ${JSON.stringify(index)};
    const connect = () => ({ ready: async () => {}, run: async () => "" });
    const command = () => ({ file: "sleep", args: ["600"], env: ${JSON.stringify(markedEnvironment)} });
    const pool = createPool({ adapter: { name: "sleep", command, connect } });
    await pool.ready();
    console.log(pool.status().instances[0].pid);
    process.exit(3);`;
  const args = ["--conditions=@cluster/source", "--input-type=module", "-e", program];
  const { stdout, status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 3, stderr: "" });
  await waitFor(() => !isAlive(Number(stdout)), { what: "the end of the tool" });
});
