import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { makePoolAware, PoolAware, type PoolFallback, type ToolAdapter } from "@cluster/manager";
import { leftoverProcesses, waitFor } from "@cluster/testkit";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type FakeRequest, fakeAdapter } from "../support/fake-adapters.ts";

/** An adapter as it may exist already: it starts its tool anew for every request. */
class OneShotEcho {
  readonly #file = process.execPath;
  readonly greeting: string;
  invoked = 0;

  constructor(greeting = "one-shot") {
    this.greeting = greeting;
  }

  async invoke(request: FakeRequest): Promise<unknown> {
    this.invoked += 1;
    const child = spawn(this.#file, ["-p", JSON.stringify(`${this.greeting}: ${request.echo}`)]);
    const [output] = await Promise.all([text(child.stdout), once(child, "close")]);
    return output.trim();
  }
}

class PooledEcho extends PoolAware(OneShotEcho) {}

const missing: ToolAdapter<FakeRequest, unknown> = {
  name: "missing",
  command: () => ({ file: "/nonexistent/tool" }),
  connect: () => {
    throw new Error("never started");
  },
};

afterEach(() => vi.restoreAllMocks());

describe.each([
  ["PoolAware(Base)", () => new PooledEcho()],
  ["makePoolAware(adapter)", () => makePoolAware(new OneShotEcho())],
])("%s", (_name, make) => {
  test("runs requests on warm processes once a pool is in use", async () => {
    await using adapter = make();
    expect(adapter.isPoolEnabled).toBe(false);
    expect(adapter.getPoolStatus()).toBeNull();
    expect(await adapter.usePool({ tool: fakeAdapter(), count: 2 })).toBe(true);
    expect(adapter.isPoolEnabled).toBe(true);
    await waitFor(() => adapter.getPoolStatus()?.instances.every((one) => one.state === "ready"));
    const pids = await Promise.all(
      Array.from({ length: 8 }, () => adapter.invokeWithPool({ sleep: 5, pid: true })),
    );
    expect(new Set(pids).size).toBe(2);
    expect(adapter.getPoolStatus()).toMatchObject({
      tool: "json-lines",
      metrics: { totalSent: 8, totalReceived: 8 },
    });
    expect(adapter.invoked).toBe(0);
  });

  test("leaves invoke and all else of the adapter as it was", async () => {
    await using adapter = make();
    expect(await adapter.invoke({ echo: "x" })).toBe("one-shot: x");
    expect(adapter.greeting).toBe("one-shot");
    expect(adapter.invoked).toBe(1);
    expect(adapter).toBeInstanceOf(OneShotEcho);
  });

  test("runs one-shot without a pool, and says why each time", async () => {
    await using adapter = make();
    const reasons: PoolFallback[] = [];
    await adapter.usePool({
      tool: fakeAdapter(),
      count: 1,
      onFallback: (why) => reasons.push(why),
    });
    expect(await adapter.invokeWithPool({ echo: "warm" })).toBe("warm");
    await adapter.disablePool();
    expect(adapter.isPoolEnabled).toBe(false);
    expect(await adapter.invokeWithPool({ echo: "cold" })).toBe("one-shot: cold");
    expect(reasons).toEqual([
      { reason: "disabled", message: expect.stringContaining("disabled"), error: null },
    ]);
  });

  test("runs one-shot when the pool cannot start, and says why", async () => {
    await using adapter = make();
    const reasons: PoolFallback[] = [];
    const used = await adapter.usePool({
      tool: missing,
      count: 2,
      onFallback: (why) => reasons.push(why),
    });
    expect(used).toBe(false);
    expect(adapter.isPoolEnabled).toBe(false);
    expect(await adapter.invokeWithPool({ echo: "x" })).toBe("one-shot: x");
    expect(reasons.map((why) => why.reason)).toEqual(["start-failed", "start-failed"]);
    expect(reasons[0]?.message).toContain("/nonexistent/tool");
    expect(reasons[0]?.error).toMatchObject({ code: "INSTANCE_UNAVAILABLE" });
  });

  test("runs a request that waited for a pool that then cannot start", async () => {
    await using adapter = make();
    const reasons: string[] = [];
    const using = adapter.usePool({
      tool: fakeAdapter("exits-at-start"),
      count: 1,
      restart: { intensity: 1, backoffMs: 1 },
      onFallback: ({ reason }) => reasons.push(reason),
    });
    const waiting = adapter.invokeWithPool({ echo: "waited" });
    expect(await using).toBe(false);
    expect(await waiting).toBe("one-shot: waited");
    expect(reasons.toSorted()).toEqual(["start-failed", "unavailable"]);
  });

  test("runs one-shot when the pool is lost later on", async () => {
    await using adapter = make();
    const reasons: PoolFallback[] = [];
    await adapter.usePool({
      tool: fakeAdapter(),
      count: 1,
      restart: { intensity: 0 },
      onFallback: (why) => reasons.push(why),
    });
    await expect(adapter.invokeWithPool({ exit: 5 })).rejects.toMatchObject({
      code: "PROCESS_EXITED",
    });
    await waitFor(() => adapter.getPoolStatus()?.instances[0]?.state === "failed");
    expect(await adapter.invokeWithPool({ echo: "x" })).toBe("one-shot: x");
    expect(reasons).toMatchObject([
      { reason: "unavailable", error: { code: "INSTANCE_UNAVAILABLE" } },
    ]);
  });

  test("never runs a turn twice that the tool has begun", async () => {
    await using adapter = make();
    await adapter.usePool({ tool: fakeAdapter("dies-in-turn"), count: 1 });
    await expect(adapter.invokeWithPool({ echo: "once" })).rejects.toMatchObject({
      code: "PROCESS_EXITED",
    });
    expect(adapter.invoked).toBe(0);
  });

  test("hands a failure that the tool reports to the caller", async () => {
    await using adapter = make();
    await adapter.usePool({ tool: fakeAdapter(), count: 1 });
    const failing = adapter.invokeWithPool({ fail: { class: "auth", message: "bad key" } });
    await expect(failing).rejects.toMatchObject({ failureClass: "auth" });
    expect(adapter.invoked).toBe(0);
  });

  test("warns once when nobody listens", async () => {
    await using adapter = make();
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    await adapter.invokeWithPool({ echo: 1 });
    await adapter.invokeWithPool({ echo: 2 });
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining("No pool is in use"),
      expect.objectContaining({ type: "PoolFallbackWarning" }),
    );
  });

  test("a second usePool replaces the pool, and the first one's turns end", async () => {
    await using adapter = make();
    const first = fakeAdapter();
    await adapter.usePool({ tool: first, count: 1 });
    const running = adapter.invokeWithPool({ sleep: 100, echo: "from the first" });
    await adapter.usePool({ tool: fakeAdapter("slow-start", "--delay-ms", "1"), count: 1 });
    expect(await running).toBe("from the first");
    expect(leftoverProcesses(first.marker)).toEqual([]);
    expect(adapter.getPoolStatus()?.tool).toBe("slow-start");
  });

  test("disablePool lets running turns end and leaves no process", async () => {
    await using adapter = make();
    const tool = fakeAdapter();
    await adapter.usePool({ tool, count: 2 });
    const running = adapter.invokeWithPool({ sleep: 100, echo: "ended" });
    await adapter.disablePool();
    await adapter.disablePool();
    expect(await running).toBe("ended");
    expect(leftoverProcesses(tool.marker)).toEqual([]);
  });

  test("a pool that is disabled while it starts is not in use", async () => {
    await using adapter = make();
    const using = adapter.usePool({ tool: fakeAdapter("hangs-at-start"), count: 1 });
    await adapter.disablePool();
    expect(await using).toBe(false);
    expect(adapter.isPoolEnabled).toBe(false);
  });

  test("refuses wrong options and keeps the pool it has", async () => {
    await using adapter = make();
    await adapter.usePool({ tool: fakeAdapter(), count: 1 });
    await expect(adapter.usePool({ tool: fakeAdapter(), count: 0 })).rejects.toMatchObject({
      code: "OPTION_INVALID",
    });
    expect(await adapter.invokeWithPool({ echo: "still warm" })).toBe("still warm");
  });
});

describe("PoolAware", () => {
  test("passes constructor arguments on, and its own onFallback to the pool", async () => {
    const reasons: string[] = [];
    const Pooled = PoolAware(OneShotEcho, { onFallback: ({ reason }) => reasons.push(reason) });
    await using adapter = new Pooled("hello");
    expect(await adapter.invokeWithPool({ echo: 1 })).toBe("hello: 1");
    expect(reasons).toEqual(["disabled"]);
  });

  test("disposes of what the base disposes of too", async () => {
    let disposed = 0;
    class Disposable extends OneShotEcho {
      async [Symbol.asyncDispose](): Promise<void> {
        disposed += 1;
      }
    }
    {
      await using _adapter = new (PoolAware(Disposable))();
      await using _wrapped = makePoolAware(new Disposable());
    }
    expect(disposed).toBe(2);
  });
});

describe("makePoolAware", () => {
  test("brings the pool into use at once when it is given one", async () => {
    await using adapter = makePoolAware(new OneShotEcho(), { tool: fakeAdapter(), count: 1 });
    expect(adapter.isPoolEnabled).toBe(true);
    expect(await adapter.invokeWithPool({ echo: "warm" })).toBe("warm");
    expect(() => makePoolAware(new OneShotEcho(), { tool: fakeAdapter(), count: 0 })).toThrow(
      "count",
    );
  });

  test("takes a plain object, even a frozen one", async () => {
    const plain = Object.freeze({ invoke: async (word: string) => word.toUpperCase() });
    await using adapter = makePoolAware(plain, { tool: missing as never, onFallback: () => {} });
    expect(await adapter.invokeWithPool("word")).toBe("WORD");
    expect(await adapter.invoke("word")).toBe("WORD");
    expect("usePool" in adapter).toBe(true);
  });

  test("writes go to the adapter", async () => {
    const adapter = new OneShotEcho();
    await using pooled = makePoolAware(adapter);
    pooled.invoked = 41;
    await pooled.invoke({ echo: 1 });
    expect(adapter.invoked).toBe(42);
  });
});
