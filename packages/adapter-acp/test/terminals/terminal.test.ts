import { childProcessHost } from "@cluster/pool";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { Terminal } from "../../src/terminals/terminal.ts";

/** What is kept of the output of a command, after its end. */
async function outputOf(script: string, limit?: number) {
  await using folder = await temporaryFolder();
  const process = await childProcessHost().start(
    { file: "sh", args: ["-c", script], env: { PATH: "/usr/bin:/bin" }, cwd: folder.path },
    new AbortController().signal,
  );
  const terminal = new Terminal(process, limit);
  await terminal.exited;
  return terminal.output();
}

test("of a long output the end is kept, in whole characters", async () => {
  expect(await outputOf("printf 0123456789", 4)).toMatchObject({ output: "6789", truncated: true });
  // Three bytes for each: of eight, two whole ones.
  const { output, truncated } = await outputOf("printf '€€€€€'", 8);
  expect({ output, truncated }).toEqual({ output: "€€", truncated: true });
  expect(await outputOf("printf 0123", 4)).toMatchObject({ output: "0123", truncated: false });
});

test("an agent that wants to keep everything gets as much as fits into memory", async () => {
  const { output, truncated } = await outputOf("head -c 50000000 /dev/zero | tr '\\0' x", 1e12);
  expect(truncated).toBe(true);
  expect(output.length).toBe(16 * 1024 * 1024);
});
