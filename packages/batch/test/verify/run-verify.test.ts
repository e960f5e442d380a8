import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { systemClock } from "@cluster/manager";
import { isAlive, temporaryFolder, waitFor } from "@cluster/testkit";
import { expect, test } from "vitest";
import { runVerify, type Verification } from "../../src/verify/run-verify.ts";

interface Extra {
  readonly files?: readonly string[];
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

function verify(command: string, cwd: string, extra: Extra = {}): Promise<Verification> {
  const { files = ["a.md"], timeoutMs = 30_000, signal = new AbortController().signal } = extra;
  return runVerify({ command, files, cwd, timeoutMs, signal, clock: systemClock });
}

test("exit code 0 passes, any other refuses with the end of the output", async () => {
  await using folder = await temporaryFolder();
  expect(await verify("true", folder.path)).toEqual({ kind: "passed" });
  expect(await verify("echo bad indentation >&2; exit 3", folder.path)).toEqual({
    kind: "refused",
    message: "The verify command exited with code 3.\nbad indentation",
  });
});

test("file names are data, never part of the command", async () => {
  await using folder = await temporaryFolder();
  const files = ["-n a.md", "$(touch pwned).md", "b'\";.md"];
  const command = 'printf "%s\\n" "$@" > args; printf "%s\\n" "$CLUSTER_FILES" > variable';
  expect(await verify(command, folder.path, { files })).toEqual({ kind: "passed" });
  for (const name of ["args", "variable"]) {
    expect(await readFile(`${folder.path}/${name}`, "utf8")).toBe(`${files.join("\n")}\n`);
  }
  expect(existsSync(`${folder.path}/pwned`)).toBe(false);
});

test("a command that takes too long is ended with everything it started", async () => {
  await using folder = await temporaryFolder();
  const verification = await verify("sleep 300 & echo $! > pid; wait", folder.path, {
    timeoutMs: 300,
  });
  expect(verification).toMatchObject({ kind: "timeout" });
  const pid = Number(await readFile(`${folder.path}/pid`, "utf8"));
  await waitFor(() => !isAlive(pid), { what: "the sleep to be ended" });
});

test("what it leaves in the background is ended and does not hold it up", async () => {
  await using folder = await temporaryFolder();
  const verification = await verify("sleep 300 & echo $! > pid", folder.path);
  expect(verification).toEqual({ kind: "passed" });
  const pid = Number(await readFile(`${folder.path}/pid`, "utf8"));
  await waitFor(() => !isAlive(pid), { what: "the sleep to be ended" });
});

test("an abort ends it", async () => {
  await using folder = await temporaryFolder();
  const controller = new AbortController();
  const verification = verify("touch begun; sleep 300", folder.path, {
    signal: controller.signal,
  });
  await waitFor(() => existsSync(`${folder.path}/begun`), { what: "the command to begin" });
  controller.abort();
  expect(await verification).toEqual({ kind: "cancelled" });
});

test("output without end is bounded", async () => {
  await using folder = await temporaryFolder();
  const verification = await verify("head -c 20000000 /dev/zero | tr '\\0' x; exit 1", folder.path);
  expect(verification.kind === "refused" && verification.message.length).toBeLessThan(5000);
});
