// Each row of the README's table "From the system before", done. The last tests hold the two together.
import { readFileSync } from "node:fs";
import {
  type Cluster,
  instanceJsonSchema,
  instanceSchema,
  launchCluster,
  lineProtocol,
  makePoolAware,
  PoolAware,
  strategyNamed,
  type ToolAdapter,
} from "@cluster/manager";
import { fakeTool, isAlive } from "@cluster/testkit";
import { describe, expect, test } from "vitest";

const tool: ToolAdapter = {
  name: "repl",
  command: () => fakeTool("repl"),
  connect: lineProtocol({ prompt: "> " }),
};
const text = "hello";
const timeoutMs = 10_000;
const i = 1;

async function withCluster(use: (cluster: Cluster<string, string>) => Promise<void>) {
  await using cluster = launchCluster(tool, { count: 3, routing: "round-robin" });
  await use(cluster);
}

describe("pool and cluster", () => {
  test("launch_cluster, send, send_to, send_prompt, read, read_response, read_any", () =>
    withCluster(async (cluster) => {
      const turn = cluster.send(text);
      expect(await turn.assigned).toBe(0);
      cluster.sendTo(i, text);
      expect(await cluster.read(i, { timeoutMs })).toBe(text);
      const { instance, turn: id, ...rest } = await cluster.readAny({ timeoutMs });
      expect([instance, id]).toEqual([0, turn.id]);
      expect("result" in rest && rest.result).toBe(text);
    }));

  test("get_status: tool, instances, health, routing, metrics", () =>
    withCluster(async (cluster) => {
      await cluster.run(text);
      const { metrics, ...status } = cluster.getStatus();
      expect(status).toMatchObject({
        tool: "repl",
        routing: "round-robin",
        health: { total: 3 },
      });
      expect([metrics.totalSent, metrics.totalReceived]).toEqual([1, 1]);
      expect(cluster.getStatus().instances).toHaveLength(3);
    }));

  test("check_health, restart_instance", () =>
    withCluster(async (cluster) => {
      await cluster.ready();
      const before = cluster.getStatus().instances[i]?.pid as number;
      await cluster.restartInstance(i);
      expect(cluster.getStatus().instances[i]?.pid).not.toBe(before);
      expect(isAlive(before)).toBe(false);
      expect(cluster.checkHealth()).toMatchObject({ total: 3, alive: 3, dead: 0 });
      expect(cluster.checkHealth().instances).toHaveLength(3);
    }));

  test("shutdown", async () => {
    const cluster = launchCluster(tool, { count: 1 });
    await cluster.ready();
    await cluster.shutdown({ timeoutMs });
    await cluster.shutdown();
    expect(cluster.checkHealth()).toMatchObject({ alive: 0, dead: 1 });
    await using scoped = launchCluster(tool, { count: 1 });
    await scoped.ready();
  });
});

describe("router", () => {
  test("select_instance", () =>
    withCluster(async (cluster) => {
      const candidates = [
        { index: 0, inFlight: 1 },
        { index: 1, inFlight: 0 },
      ];
      const [sequence, attempt] = [0, 1];
      const picked = strategyNamed("least-busy").pick(candidates, { sequence, attempt });
      expect(picked?.index).toBe(1);
      expect(await cluster.send(text).assigned).toBe(0);
    }));

  test("record_assignment, record_completion", () =>
    withCluster(async (cluster) => {
      const types: string[] = [];
      cluster.subscribe((event) => {
        if (event.type === "turn.started" || event.type === "turn.ended") types.push(event.type);
      });
      const turn = cluster.sendTo(i, text);
      expect(cluster.getStatus().instances[i]?.inFlight).toBe(1);
      await turn;
      expect(cluster.getStatus().instances[i]?.inFlight).toBe(0);
      expect(cluster.getStatus().instances[i]?.turnsDone).toBe(1);
      expect(types).toEqual(["turn.started", "turn.ended"]);
    }));
});

describe("pool-awareness", () => {
  class Existing {
    async invoke(request: string): Promise<string> {
      return `one-shot ${request}`;
    }
  }
  const existing = new Existing();
  const request = "hello";

  test.each([
    ["the mixin", () => new (PoolAware(Existing, { onFallback: () => {} }))()],
    ["make_pool_aware", () => makePoolAware(existing)],
  ])(
    "use_pool, disable_pool, is_pool_enabled, get_pool_status, invoke_with_pool of %s",
    async (_, make) => {
      await using adapter = make();
      await adapter.usePool({ tool, count: 2 });
      expect(adapter.isPoolEnabled).toBe(true);
      expect(adapter.getPoolStatus()).toMatchObject({ tool: "repl", health: { total: 2 } });
      expect(await adapter.invokeWithPool(request)).toBe("hello");
      await adapter.disablePool();
      expect(adapter.isPoolEnabled).toBe(false);
      expect(await adapter.invokeWithPool(request)).toBe("one-shot hello");
    },
  );
});

test("instance schema: index, tool, alive, return code, pid, started, ended", () =>
  withCluster(async (cluster) => {
    await cluster.ready();
    for (const instance of cluster.getStatus().instances) {
      const fields = Object.keys(instanceSchema.parse(instance));
      expect(fields).toEqual(Object.keys(instanceJsonSchema.properties ?? {}));
    }
  }));

describe("the README's table", () => {
  const dense = (code: string) => code.replaceAll(/\s|,(?=\s*[)}\]])/g, "");
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const section = readme.split("## From the system before")[1]?.split("\n## ")[0] ?? "";
  const rows = section
    .split("\n")
    .filter((line) => line.startsWith("| ") && !/^\| (before|---)/.test(line))
    .map((line) => line.split(" | ").map((cell) => cell.replaceAll(/^\| | \|$/g, "")));
  const tests = dense(readFileSync(new URL(import.meta.url), "utf8"));

  test.each([
    "send_prompt",
    "read_response",
    "get_status",
    "check_health",
    "restart_instance",
    "shutdown",
    "select_instance",
    "record_assignment",
    "record_completion",
    "launch_cluster",
    "send",
    "send_to",
    "read",
    "read_any",
    "use_pool",
    "disable_pool",
    "is_pool_enabled",
    "get_pool_status",
    "invoke_with_pool",
    "make_pool_aware",
  ])("has %s", (word) => {
    expect(rows.filter(([before]) => before?.match(`\`${word}\\b`))).not.toEqual([]);
  });

  test.each(rows)("%s: what stands beside it is done above", (_before, now) => {
    const snippets = [...(now ?? "").matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");
    expect(snippets).not.toEqual([]);
    const code = snippets.filter((snippet) => /[(.]/.test(snippet));
    expect(code.filter((snippet) => !tests.includes(dense(snippet)))).toEqual([]);
  });
});
