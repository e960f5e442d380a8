import { fleet } from "@cluster/manager";
import { expect, test } from "vitest";
import { fakeAdapter } from "../support/fake-adapters.ts";
import { counted, failing, type Tool } from "./crew.ts";

test.each(["auth", "quota", "overload", "environment"] as const)(
  "after %s a request goes on with another tool, and those that follow keep away",
  async (failureClass) => {
    const refusing = failing(failureClass, 3_600_000);
    await using crew = fleet(
      { refusing: 1, other: 1 },
      { tools: { refusing, other: fakeAdapter() } },
    );
    const turn = crew.run({ echo: "done" });
    expect(await turn).toBe("done");
    expect(turn.tool).toBe("other");
    expect(turn.failedOver).toMatchObject([{ tool: "refusing", instance: 0, failureClass }]);
    for (let i = 0; i < 3; i += 1) expect(await crew.run({ echo: i })).toBe(i);
    expect(refusing.asked).toBe(1);
    expect(crew.getStatus()).toMatchObject({
      failedOver: 1,
      done: 4,
      tools: { refusing: { refuses: { failureClass } }, other: { refuses: null } },
    });
    // Whoever has nowhere else to go asks all the same, and its answer makes it welcome again.
    refusing.well = true;
    expect(await crew.run({ echo: "well" }, { tool: "refusing" })).toBe("well");
    expect(crew.getStatus().tools.refusing.refuses).toBeNull();
  },
);

test.each(["refused", "malformed", "context", "crash"] as const)(
  "%s is the caller's to judge, unless a request or the fleet says otherwise",
  async (failureClass) => {
    const tools = { bad: failing(failureClass), other: fakeAdapter() };
    await using crew = fleet({ bad: 1, other: 1 }, { tools });
    await expect(crew.run({ echo: 1 })).rejects.toMatchObject({ failureClass });
    expect(await crew.run({ echo: 2 }, { failOver: [failureClass] })).toBe(2);
    await using always = fleet(
      { bad: 1, other: 1 },
      { tools: { ...tools, bad: failing(failureClass) }, failOver: [failureClass] },
    );
    expect(await always.run({ echo: 3 })).toBe(3);
    await expect(always.run({ echo: 4 }, { failOver: false, tool: "bad" })).rejects.toThrow();
  },
);

test("a request that names its tool stays with it, unless it says what else would do", async () => {
  const bad = failing("auth");
  const able: Tool = { ...fakeAdapter(), capabilities: { edits: true } };
  await using crew = fleet(
    { bad: 1, other: 1, able: 1 },
    { tools: { bad, other: fakeAdapter(), able } },
  );
  await expect(crew.run({ echo: 1 }, { tool: "bad" })).rejects.toMatchObject({
    failureClass: "auth",
  });
  const turn = crew.run({ echo: 2 }, { tool: "bad", capability: "edits" });
  expect(await turn).toBe(2);
  expect(turn.tool).toBe("able");
  expect(await crew.run({ echo: 3 }, { tool: "bad", failOver: true })).toBe(3);
  bad.well = true;
  // It is asked first again, although the others are ready and were quicker.
  expect(await crew.run({ echo: 4 }, { tool: "bad" })).toBe(4);
  const again = crew.run({ echo: 5 }, { tool: "bad", capability: "edits" });
  await again;
  expect(again.tool).toBe("bad");
});

test("a tool that cannot be started, or has crashed too often, is left to the others", async () => {
  const missing: Tool = {
    ...fakeAdapter(),
    command: () => ({ file: "cluster-test-no-such-tool" }),
  };
  const dying = counted({
    ...fakeAdapter(),
    command: () => ({ file: process.execPath, args: ["-e", "process.exit(3)"] }),
  });
  await using crew = fleet(
    { missing: 2, dying: 2, other: 1 },
    {
      tools: {
        missing: { adapter: missing, restart: { intensity: 0 } },
        dying: { adapter: dying, restart: { intensity: 1, backoffMs: 1 } },
        other: fakeAdapter(),
      },
    },
  );
  const turns = [1, 2, 3, 4, 5, 6].map((echo) => crew.run({ echo }));
  expect(await Promise.all(turns)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(turns.every(({ tool }) => tool === "other")).toBe(true);
  await expect(crew.run({ echo: 7 }, { tool: "missing" })).rejects.toMatchObject({
    code: "INSTANCE_UNAVAILABLE",
  });
});

test("when every tool has failed, the last failure is told, and the turn knows the others", async () => {
  const tools = { a: failing("auth"), b: failing("environment") };
  await using crew = fleet({ a: 1, b: 1 }, { tools });
  const turn = crew.run({ echo: 1 });
  await expect(turn).rejects.toMatchObject({ failureClass: "environment" });
  expect(turn.failedOver).toMatchObject([{ tool: "a", failureClass: "auth" }]);
  expect(crew.getStatus()).toMatchObject({ sent: 1, done: 0, failed: 1, failedOver: 1, atWork: 0 });
});
