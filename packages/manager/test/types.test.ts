import {
  type Cluster,
  type ClusterTurn,
  type Delivered,
  type FailedAttempt,
  type Fleet,
  type FleetEvent,
  type FleetMapItem,
  type FleetStats,
  type FleetStatus,
  type FleetTurn,
  fleet,
  type Instance,
  type instanceSchema,
  jsonLinesProtocol,
  launchCluster,
  type MapItem,
  makePoolAware,
  PoolAware,
  type PoolUse,
  type ToolAdapter,
} from "@cluster/manager";
import { expectTypeOf, test } from "vitest";
import type { z } from "zod";

interface Question {
  readonly text: string;
}
interface Reply {
  readonly words: number;
}

const tool: ToolAdapter<Question, Reply> = {
  name: "typed",
  command: () => ({ file: "true" }),
  connect: jsonLinesProtocol<Question, Reply>(),
};

class Existing {
  async invoke(question: Question): Promise<Reply> {
    return { words: question.text.split(" ").length };
  }
  readonly version: string = "3";
}

test("a cluster's requests and results are those of its tool", async () => {
  await using cluster = launchCluster(tool, { start: "lazy" });
  expectTypeOf(cluster).toEqualTypeOf<Cluster<Question, Reply>>();
  expectTypeOf(cluster.send).parameter(0).toEqualTypeOf<Question>();
  expectTypeOf(cluster.send).returns.toEqualTypeOf<ClusterTurn<Reply>>();
  expectTypeOf(cluster.sendTo).parameter(1).toEqualTypeOf<Question>();
  expectTypeOf(cluster.run).returns.resolves.toEqualTypeOf<Reply>();
  expectTypeOf(cluster.read).returns.resolves.toEqualTypeOf<Reply>();
  expectTypeOf(cluster.readAny).returns.resolves.toEqualTypeOf<Delivered<Reply>>();
  expectTypeOf(cluster.conversation().send).returns.toEqualTypeOf<ClusterTurn<Reply>>();
  expectTypeOf(cluster.map).returns.toEqualTypeOf<
    AsyncGenerator<MapItem<Question, Reply>, void, void>
  >();
  expectTypeOf<ClusterTurn<Reply>["assigned"]>().toEqualTypeOf<Promise<number>>();
});

test("a delivered turn has a result or an error, and says which", () => {
  type Done = Extract<Delivered<Reply>, { outcome: "done" }>;
  type Failed = Extract<Delivered<Reply>, { outcome: "failed" }>;
  expectTypeOf<Done["result"]>().toEqualTypeOf<Reply>();
  expectTypeOf<Done["instance"]>().toEqualTypeOf<number>();
  expectTypeOf<Failed["instance"]>().toEqualTypeOf<number | null>();
  expectTypeOf<Failed>().not.toHaveProperty("result");
});

test("a wrong request does not compile", async () => {
  await using cluster = launchCluster(tool, { start: "lazy" });
  const wrong = (): void => {
    // @ts-expect-error: a Question has a text
    void cluster.send({ words: 3 });
    // @ts-expect-error: the routing has no such name
    launchCluster(tool, { routing: "random" });
    // @ts-expect-error: the instance is the first argument of sendTo
    void cluster.send({ text: "" }, { instance: 3 });
    // @ts-expect-error: a cluster's size is its count
    launchCluster(tool, { size: 3 });
  };
  expectTypeOf(wrong).toBeFunction();
});

test("pool-awareness keeps the adapter's own types", () => {
  class Pooled extends PoolAware(Existing) {}
  const wrapped = makePoolAware(new Existing());
  expectTypeOf<Pooled["version"]>().toEqualTypeOf<string>();
  expectTypeOf<Pooled["invokeWithPool"]>().parameter(0).toEqualTypeOf<Question>();
  expectTypeOf<Pooled["invokeWithPool"]>().returns.resolves.toEqualTypeOf<Reply>();
  expectTypeOf<Pooled["usePool"]>().parameter(0).toEqualTypeOf<PoolUse<Question, Reply>>();
  expectTypeOf(wrapped.version).toEqualTypeOf<string>();
  expectTypeOf(wrapped.invokeWithPool).returns.resolves.toEqualTypeOf<Reply>();
  const wrong = (): void => {
    // @ts-expect-error: this has no invoke
    PoolAware(class {});
    // @ts-expect-error: another tool's requests
    void wrapped.usePool({ tool: tool as unknown as ToolAdapter<number, Reply> });
  };
  expectTypeOf(wrong).toBeFunction();
});

test("the schema's type is Instance", () => {
  expectTypeOf<z.output<typeof instanceSchema>>().toEqualTypeOf<Instance>();
});

test("a fleet knows its tools by name, and their requests and results", async () => {
  await using crew = fleet(
    { typed: 1, other: 2 },
    { tools: { typed: tool, other: { adapter: tool, capabilities: ["x"] } } },
  );
  expectTypeOf(crew).toEqualTypeOf<Fleet<Question, Reply, "typed" | "other">>();
  expectTypeOf(crew.run).parameter(0).toEqualTypeOf<Question>();
  expectTypeOf(crew.run).returns.toEqualTypeOf<FleetTurn<Reply>>();
  expectTypeOf(crew.send).returns.resolves.toEqualTypeOf<Reply>();
  expectTypeOf(crew.getStatus().tools).toHaveProperty("other");
  expectTypeOf(crew.getStatus()).toEqualTypeOf<FleetStatus<"typed" | "other">>();
  expectTypeOf(crew.measure()).toEqualTypeOf<FleetStats<"typed" | "other">>();
  expectTypeOf(crew.cluster).returns.toEqualTypeOf<Cluster<Question, Reply>>();
  expectTypeOf(crew.cluster).parameter(0).toEqualTypeOf<"typed" | "other">();
  expectTypeOf(crew.map).returns.toEqualTypeOf<
    AsyncGenerator<FleetMapItem<Question, Reply>, void, void>
  >();
  expectTypeOf(crew.scale).toBeCallableWith({ other: 0 });
  expectTypeOf<FleetTurn<Reply>["failedOver"]>().toEqualTypeOf<readonly FailedAttempt[]>();
  expectTypeOf<FleetEvent["tool"]>().toEqualTypeOf<string>();
  const wrong = (): void => {
    // @ts-expect-error: another tool's request
    void crew.send({ words: 3 });
    // @ts-expect-error: a number of instances
    void crew.scale({ other: "three" });
    // @ts-expect-error: no tool of the fleet
    void crew.scale({ nobody: 1 });
    // @ts-expect-error: no kind of failure
    void crew.run({ text: "x" }, { failOver: ["often"] });
    // @ts-expect-error: the fleet says when its clusters start
    fleet({ typed: 1 }, { tools: { typed: { adapter: tool, start: "eager" } } });
  };
  expectTypeOf(wrong).toBeFunction();
  // @ts-expect-error a tool that has no number of instances
  const missing = () => fleet({ typed: 1 }, { tools: { typed: tool, other: tool } });
  // @ts-expect-error a tool that the fleet does not have
  const unknown = () => crew.run({ text: "x" }, { tool: "nobody" });
  expectTypeOf(missing).toBeFunction();
  expectTypeOf(unknown).toBeFunction();
});
