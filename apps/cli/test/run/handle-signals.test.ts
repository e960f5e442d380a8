import { afterEach, describe, expect, it } from "vitest";
import { handleSignals } from "../../src/run/handle-signals.ts";

let release = (): void => {};
afterEach(() => release());

function handled(): { readonly done: string[]; readonly said: string[] } {
  const done: string[] = [];
  const said: string[] = [];
  release = handleSignals(
    { drain: () => done.push("drain"), stop: () => done.push("stop") },
    (line) => said.push(line),
    () => 3,
    () => done.push("exit"),
  );
  return { done, said };
}

describe("handleSignals", () => {
  it("drains at the first, stops at the second, leaves at the third", () => {
    const { done, said } = handled();
    process.emit("SIGINT", "SIGINT");
    expect(said).toEqual(["Letting 3 turns end; press ^C again to stop at once."]);
    process.emit("SIGTERM", "SIGTERM");
    process.emit("SIGINT", "SIGINT");
    expect(done).toEqual(["drain", "stop", "exit"]);
  });

  it("stops at once when the terminal goes away", () => {
    const { done } = handled();
    process.emit("SIGHUP", "SIGHUP");
    expect(done).toEqual(["stop"]);
  });

  it("takes its handlers back", () => {
    const before = process.listenerCount("SIGINT");
    handled();
    release();
    expect(process.listenerCount("SIGINT")).toBe(before);
  });
});
