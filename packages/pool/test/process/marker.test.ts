import { afterEach, expect, test, vi } from "vitest";
import {
  isMarker,
  markedEnvironment,
  markersIn,
  newMarker,
  PROCESS_MARKER,
} from "../../src/process/marker.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

const environ = (...entries: string[]): Buffer => Buffer.from(`${entries.join("\0")}\0`);

test("a marker is found in an environment as the system shows it", () => {
  const marker = newMarker();
  expect(isMarker(marker)).toBe(true);
  expect(markersIn(environ("A=1", `${PROCESS_MARKER}=${marker}`, "B=2"))).toEqual([marker]);
  expect(markersIn(Buffer.from(`A=1\0${PROCESS_MARKER}=${marker}`))).toEqual([marker]);
});

test("what only looks like one is none", () => {
  expect(markersIn(environ("A=1", `X${PROCESS_MARKER}=abc`, `B=${PROCESS_MARKER}=abc`))).toEqual(
    [],
  );
  expect(markersIn(Buffer.alloc(0))).toEqual([]);
  for (const text of ["", "abc", "a b c d e f g", "../../../abc", "abcdefghijkl\n"]) {
    expect(isMarker(text)).toBe(false);
  }
});

test("a program that is itself a process of a pool hands its own markers on", () => {
  vi.stubEnv(PROCESS_MARKER, "outermarker1");
  const env = markedEnvironment({ A: "1" }, "innermarker2");
  expect(env).toEqual({ A: "1", [PROCESS_MARKER]: "outermarker1:innermarker2" });
  const entries = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  expect(markersIn(environ(...entries))).toEqual(["outermarker1", "innermarker2"]);
});
