import { instanceJsonSchema, instanceSchema, launchCluster } from "@cluster/manager";
import { waitFor } from "@cluster/testkit";
import { expect, test } from "vitest";
import { fakeAdapter } from "../support/fake-adapters.ts";

const fields = ["index", "tool", "alive", "returnCode", "pid", "startedAt", "endedAt"];

test("describes every instance of a status: not started, running, killed, ended", async () => {
  await using cluster = launchCluster(fakeAdapter(), {
    count: 4,
    start: "lazy",
    restart: { intensity: 0 },
  });
  await Promise.all([1, 2, 3].map((instance) => cluster.sendTo(instance, { echo: 1 })));
  process.kill((await cluster.sendTo(2, { pid: true })) as number, "SIGKILL");
  await cluster.sendTo(3, { exit: 4 }).catch(() => {});
  await waitFor(() => cluster.checkHealth().alive === 1);
  const instances = cluster.getStatus().instances.map((one) => instanceSchema.parse(one));
  const tool = "json-lines";
  const time = expect.any(Number);
  const nothing = { pid: null, startedAt: null, endedAt: null, returnCode: null };
  expect(instances).toEqual([
    { index: 0, tool, alive: false, ...nothing },
    { index: 1, tool, alive: true, returnCode: null, pid: time, startedAt: time, endedAt: null },
    { index: 2, tool, alive: false, returnCode: -9, pid: null, startedAt: time, endedAt: time },
    { index: 3, tool, alive: false, returnCode: 4, pid: null, startedAt: time, endedAt: time },
  ]);
});

test.each([
  { index: -1 },
  { index: "0" },
  { tool: "" },
  { alive: 1 },
  { pid: 0 },
  { startedAt: "yesterday" },
  { returnCode: 0.5 },
  { endedAt: undefined },
])("refuses %j", (wrong) => {
  const right = {
    index: 0,
    tool: "t",
    alive: true,
    returnCode: null,
    pid: 1,
    startedAt: 1,
    endedAt: null,
  };
  expect(instanceSchema.safeParse(right).success).toBe(true);
  expect(instanceSchema.safeParse({ ...right, ...wrong }).success).toBe(false);
});

test("is JSON Schema too, with the same fields, and lets further ones through", () => {
  expect(instanceJsonSchema).toMatchObject({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    required: fields,
    properties: {
      index: { type: "integer", minimum: 0 },
      alive: { type: "boolean" },
      pid: { anyOf: [{ type: "integer" }, { type: "null" }] },
    },
  });
  expect(Object.keys(instanceJsonSchema.properties ?? {})).toEqual(fields);
  expect(instanceJsonSchema).not.toHaveProperty("additionalProperties");
  expect(JSON.parse(JSON.stringify(instanceJsonSchema))).toEqual(instanceJsonSchema);
});
