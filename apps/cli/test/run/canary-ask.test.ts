import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bench, createBench } from "../harness/bench.ts";
import { cluster } from "../harness/runs.ts";
import { startOnTerminal, type TerminalCli } from "../harness/terminal.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await createBench(4);
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

async function asked(message: string): Promise<TerminalCli> {
  const args = ["-m", message, "docs/*.md", "-w", "2", "--canary", "1", "--canary-ask"];
  const terminal = startOnTerminal(bench, args);
  await terminal.says("[y/N]");
  return terminal;
}

/** What the cursor has to go back over cannot be a question that somebody is reading. */
function afterQuestion(text: string): string {
  return text.slice(text.indexOf("[y/N]") + "[y/N]".length);
}

describe("--canary-ask on a terminal", () => {
  it("shows the diff and what the others take, and goes on after a yes on the line of the question", async () => {
    const terminal = await asked("x");
    expect(terminal.printed()).toContain("+++ b/docs/page-001.md");
    expect(terminal.printed()).toContain("Estimate for the 3 other tasks, from 1 task that ended");
    expect(afterQuestion(terminal.printed())).toBe(" ");
    terminal.type("y\r");
    expect(await terminal.ended).toBe(0);
    expect(terminal.printed()).toContain("Go on with the 3 other tasks? [y/N] y\r\n");
    expect(terminal.printed()).toMatch(/landed +4/);
    await bench.expectNothingLeft();
  });

  it("halts after a no, and tells how to go on", async () => {
    const terminal = await asked("x");
    terminal.type("n\r");
    expect(await terminal.ended).toBe(4);
    expect(terminal.printed()).toContain("You did not want the 3 other tasks.");
    expect(terminal.printed()).toMatch(/1\/4 · 1 landed, 0 failed/);
    expect(terminal.printed()).toMatch(/cluster resume \w+/);
    await bench.expectNothingLeft({ branches: 1 });
  });

  it("asks although one of the first failed, and says so", async () => {
    const terminal = await asked("x [fake:only=page-001.md:fail=context]");
    expect(terminal.printed()).toContain("Not all of them landed. Go on with the 3 other tasks?");
    terminal.type("yes\r");
    expect(await terminal.ended).toBe(1);
    expect(terminal.printed()).toMatch(/landed +3/);
  });

  it("is not asked again where a run is gone on with that was accepted", async () => {
    const terminal = await asked("x [fake:only=page-003.md:first=1:hang]");
    terminal.type("y\r");
    await terminal.says("turn ");
    terminal.type("\u0003");
    await terminal.says("again to stop at once");
    terminal.type("\u0003");
    expect(await terminal.ended).toBe(130);
    const resumed = await cluster(bench, "resume", "-q");
    expect(resumed.code).toBe(0);
    expect(resumed.stdout).toMatch(/landed +4/);
  });

  it("may be a command's to answer where a run is gone on with, away from a terminal", async () => {
    const terminal = await asked("x");
    terminal.type("n\r");
    expect(await terminal.ended).toBe(4);
    const refused = await cluster(bench, "resume");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(
      /stdin is no terminal\.\nDo it at a terminal, or .*--canary-verify/,
    );
    const { code, stdout } = await cluster(bench, "resume", "-q", "--canary-verify", "true");
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/landed +4/) });
  });

  it.each([
    ["^C ends the run", "\u0003", 130],
    ["the end of the input is no yes", "\u0004", 4],
  ])("%s", async (_, keys, code) => {
    const terminal = await asked("x");
    terminal.type(keys);
    expect(await terminal.ended).toBe(code);
    expect(terminal.printed()).toMatch(/landed +1\b/);
    await bench.expectNothingLeft({ branches: 1 });
  });
});
