import { FAILURE_CLASSES } from "@cluster/batch";
import { describe, expect, it } from "vitest";
import { crewNames, crewOf, crewTitle, readCrew, workersOf } from "../../src/config/crew.ts";
import { FAILURE_KINDS, failOverOf } from "../../src/config/fail-over.ts";

describe("failOverOf", () => {
  it("knows every kind of failure", () => {
    expect(FAILURE_KINDS).toEqual(FAILURE_CLASSES);
    expect(failOverOf("auth, crash")).toEqual({ named: true, classes: ["auth", "crash"] });
    expect([failOverOf(true), failOverOf(false)]).toEqual([{ named: true }, false]);
    expect(failOverOf("often")).toBeUndefined();
  });
});

describe("crewOf", () => {
  it.each([
    ["aider", "aider", null],
    ["aider:3", "aider", 3],
    ["aider:3, gemini:2", "aider, gemini", 5],
    ["aider,gemini", "aider, gemini", null],
  ])("reads %s", (text, title, workers) => {
    const crew = crewOf(text) ?? [];
    expect(crewTitle(crew)).toBe(title);
    expect(workersOf(crew)).toBe(workers);
  });

  it("says what is wrong", () => {
    expect(readCrew("aider:2,x")).toMatch(/^"aider" says how many .* and "x" does not/);
    expect(readCrew("a,a")).toBe('"a" stands there twice');
    expect(readCrew("a:0")).toBe('"a:0" would have no instance');
    expect(crewNames("a:2, b,,c:x")).toEqual(["a", "b", "", "c"]);
  });

  it.each(["", "a,,b", "a:1,b", "a,a", "a:0", "a:x", ":3"])("refuses %j", (text) => {
    expect(crewOf(text)).toBeUndefined();
  });
});
