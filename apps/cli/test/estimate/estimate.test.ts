import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bench, createBench } from "../harness/bench.ts";
import { startRun } from "../harness/runs.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await createBench(5);
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

/** The line of a plan or a run that says what its estimate comes from, and the cost below it. */
function estimateIn(text: string): { readonly from: string; readonly cost: string } {
  const [, from = "", cost = ""] =
    /^Estimate (.*); nothing[\s\S]*?^ {2}cost: +(.*)$/m.exec(text) ?? [];
  return { from, cost };
}

async function planned(message: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout } = await bench.runHere(["-m", message, "docs/*.md", "--dry-run", ...args]);
  expect(code).toBe(0);
  return stdout;
}

describe("the estimate", () => {
  it("of the others is what the first tasks took", async () => {
    const args = ["--canary", "2", "--price", "1000,1000"];
    const { code, stderr } = await startRun(bench, "x [fake:cost=0.5]", ...args).ended;
    expect(code).toBe(0);
    const { from, cost } = estimateIn(stderr);
    expect(from).toBe("for the 3 other tasks, from 2 tasks that ended");
    // Three more at half a dollar each, whatever --price would make of the tokens.
    const [low = 0, high = 0] = cost.split(" to ").map((amount) => Number(amount.slice(1)));
    expect(low).toBeGreaterThan(1);
    expect(low).toBeLessThan(1.5);
    expect(high).toBeGreaterThan(1.5);
    expect(high).toBeLessThan(2);
  });

  it("is not made where nothing follows", async () => {
    const { code, stderr } = await startRun(bench, "x [fake:fail=context]", "--canary", "1").ended;
    expect(code).toBe(4);
    expect(stderr).not.toContain("Estimate");
  });

  it("before a run is what an earlier one took, best of all one with the same message", async () => {
    expect(estimateIn(await planned("x"))).toEqual({
      from: "from the sizes of files",
      cost: "unknown; say what the model costs: --price IN,OUT",
    });
    const same = await startRun(bench, "x [fake:cost=0.5]").ended;
    const other = await startRun(bench, "y [fake:cost=0.1]").ended;
    const [first, second] = [same, other].map(({ stderr }) => /^Run (\w+)$/m.exec(stderr)?.[1]);
    expect(estimateIn(await planned("x [fake:cost=0.5]"))).toEqual({
      from: `from 5 tasks of run ${first} with the same message`,
      cost: "$2.25 to $2.75",
    });
    const { from } = estimateIn(await planned("z"));
    expect(from).toBe(`from 10 tasks of runs ${second}, ${first} with another message`);
    expect(estimateIn(await planned("z", "--model", "big")).from).toBe("from the sizes of files");
  });
});
