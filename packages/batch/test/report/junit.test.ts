import { execFileSync } from "node:child_process";
import { OUTCOMES, type RunReport, reportToJUnit } from "@cluster/batch";
import { pythonInterpreter } from "@cluster/testkit";
import { describe, expect, it } from "vitest";
import { because, madeOutcome, madeReport } from "./made-report.ts";

interface Element {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly Element[];
}

/** Expat: it refuses whatever is not XML. */
const PARSE = `
import json, sys, xml.etree.ElementTree as tree
def told(e): return {"tag": e.tag, "attributes": e.attrib, "text": e.text or "", "children": [told(c) for c in e]}
print(json.dumps(told(tree.fromstring(sys.stdin.buffer.read()))))`;

function parse(xml: string): Element {
  const output = execFileSync(pythonInterpreter(), ["-c", PARSE], { input: xml, encoding: "utf8" });
  return JSON.parse(output) as Element;
}

function suiteOf(report: RunReport): { suite: Element; cases: readonly Element[] } {
  const [suite] = parse(reportToJUnit(report)).children;
  if (suite === undefined) throw new Error("There is no suite.");
  return { suite, cases: suite.children.filter(({ tag }) => tag === "testcase") };
}

describe("a report as JUnit XML", () => {
  it("has a test case for each task, counted by what its outcome means", () => {
    const tasks = OUTCOMES.map((outcome, index) => madeOutcome(index, outcome, because(outcome)));
    const { suite, cases } = suiteOf(madeReport(tasks));
    expect(suite.attributes).toMatchObject({
      name: "cluster run 0abc1234",
      tests: "12",
      failures: "3",
      errors: "4",
      skipped: "3",
      time: "10.000",
      timestamp: "1970-01-01T00:00:01Z",
    });
    const told = cases.map(({ children }) => children[0]?.tag ?? "passed");
    const by = (tag: string): string[] => OUTCOMES.filter((_, index) => told[index] === tag);
    expect(by("passed")).toEqual(["landed", "no-change"]);
    expect(by("failure")).toEqual(["unproven", "verify-failed", "conflict"]);
    expect(by("skipped")).toEqual(["budget", "skipped", "cancelled"]);
    expect(cases[0]?.attributes).toEqual({
      classname: "docs",
      name: "docs/0.md",
      file: "docs/0.md",
      time: "1.000",
    });
  });

  it("counts a task without a change as a failure where the run requires one", () => {
    const tasks = [madeOutcome(0, "no-change", because("nothing changed"))];
    expect(suiteOf(madeReport(tasks)).suite.attributes.failures).toBe("0");
    const required = madeReport(tasks, { requireChange: true });
    expect(suiteOf(required).suite.attributes.failures).toBe("1");
  });

  it("holds any text: markup, quotes, line ends, control characters, halves of a pair", () => {
    const nasty = `<b a="1">&amp;'"]]>\ttab\r\nline \u0000\u0008\u001b[31mred\ufffe \ud800 \u{1f600}`;
    const name = "docs/<a>&\n\"'\u0001.md";
    const task = madeOutcome(0, "verify-failed", { ...because(nasty), files: [name] });
    const { cases } = suiteOf(madeReport([task]));
    expect(cases[0]?.attributes.name).toBe("docs/<a>&\n\"'\ufffd.md");
    const [failure] = cases[0]?.children ?? [];
    expect(failure?.text).toContain(
      `<b a="1">&amp;'"]]>\ttab\r\nline \ufffd\ufffdred\ufffd \ufffd \u{1f600}`,
    );
    expect(failure?.attributes.message).toBe(`<b a="1">&amp;'"]]>\ttab\r`);
  });

  it("says where an edit is kept, and what the run cost", () => {
    const task = madeOutcome(0, "conflict", because("does not fit"), {
      parkedRef: "refs/cluster/0abc1234/t0",
    });
    const { suite, cases } = suiteOf(madeReport([task]));
    expect(cases[0]?.children[0]?.text).toContain("kept under refs/cluster/0abc1234/t0");
    const properties = suite.children[0]?.children.map(({ attributes }) => attributes);
    expect(properties).toContainEqual({ name: "cost", value: "$0.00" });
    expect(properties).toContainEqual({ name: "branch", value: "main" });
  });

  it.each(["halted", "interrupted"] as const)("is no success of a run that was %s", (end) => {
    const tasks = [madeOutcome(0, "landed"), madeOutcome(1, "cancelled", because("stopped"))];
    const { suite, cases } = suiteOf(madeReport(tasks, { end }));
    expect(suite.attributes).toMatchObject({ tests: "3", errors: "1", skipped: "1" });
    expect(cases[2]?.children[0]?.attributes.type).toBe(end);
  });
});
