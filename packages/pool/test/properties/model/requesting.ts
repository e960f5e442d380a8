import type { QuickTurn } from "@cluster/testkit";
import {
  type LeaseOptions,
  PoolError,
  type PoolErrorCode,
  type ReleaseMode,
  type RunOptions,
} from "../../../src/index.ts";
import { IDLE_TIMEOUT_MS, TURN_TIMEOUT_MS } from "./configuration.ts";
import { codesThatMayRefuse } from "./excuses.ts";
import type { Model } from "./model.ts";
import type { LeaseModel, RequestModel } from "./records.ts";
import { checkNonce } from "./turn-events.ts";
import type { World } from "./world.ts";

/** What a command asks for. */
export interface Asked {
  readonly plan: QuickTurn;
  readonly wish: LeaseOptions;
  readonly release?: ReleaseMode | undefined;
  readonly deadline: "none" | "turn" | "idle";
  /** It was told that there is room for it. */
  readonly letIn?: boolean;
}

/** Makes a request of the pool, or of a lease, and watches what becomes of it. */
export function ask(world: World, asked: Asked, lease: LeaseModel | null = null): void {
  const { model, pool } = world;
  const { plan, wish, deadline } = asked;
  const request: RequestModel = {
    nonce: `n${model.requests.length + 1}`,
    order: model.order,
    since: model.step,
    waitedAt: Number.POSITIVE_INFINITY,
    wish,
    lease,
    release: asked.release ?? model.configuration.afterTurn,
    told: [plan],
    turnDeadline: deadline === "turn",
    idleDeadline: deadline === "idle",
    turn: null,
    state: "queued",
    instance: null,
    process: null,
    began: 0,
    startedAt: -1,
    answer: null,
    givenUp: wish.signal?.aborted === true,
    mayBeRefused: false,
    excuses: new Set(),
    announced: null,
    settled: null,
  };
  model.order += 1;
  model.passBegan();
  model.requests.push(request);
  lease?.requests.push(request);
  if (lease === null) excuseAtTheDoor(model, request);
  else excuseOnLease(model, request, lease);
  if (asked.letIn && !isOvertaken(model, request)) {
    request.excuses.delete("QUEUE_FULL");
    request.mayBeRefused = false;
  }
  const options: RunOptions = {
    ...wish,
    ...(asked.release && { release: asked.release }),
    ...(deadline === "turn" && { turnTimeoutMs: TURN_TIMEOUT_MS }),
    ...(deadline === "idle" && { idleTimeoutMs: IDLE_TIMEOUT_MS }),
    onQuestion: async ({ text }) => {
      checkNonce(model, request, text);
      const how = await new Promise<QuickTurn>((resolve) => {
        request.answer = resolve;
      });
      return { kind: "text", text: how };
    },
  };
  const text = `run ID ${request.nonce} ${plan}`;
  request.turn = lease?.lease?.run(text, options) ?? pool.run(text, options);
  request.turn.then(
    (result) => settle(model, request, "done", result),
    (error: unknown) => settle(model, request, codeOf(error)),
  );
  void read(model, request);
}

/** Somebody who did not ask for room may have taken it in the same pass of the event loop. */
function isOvertaken(model: Model, request: RequestModel): boolean {
  const began = model.passBegan();
  return [...model.requests, ...model.leases].some((other) => {
    return other !== request && other.since >= began;
  });
}

/** What may keep a request from being accepted, as it is now. */
export function excuseAtTheDoor(model: Model, request: RequestModel | LeaseModel): void {
  const { excuses, wish } = request;
  model.syncRoster();
  if (model.state !== "open") excuses.add("POOL_CLOSED");
  const { instance, whenGone } = wish;
  if (instance !== undefined && instance >= model.instances.length && whenGone !== "any") {
    excuses.add("INSTANCE_UNKNOWN");
  }
  if (model.waiting.length > model.configuration.maxQueue) {
    excuses.add("QUEUE_FULL");
    if ("mayBeRefused" in request) request.mayBeRefused = true;
  }
}

function excuseOnLease(model: Model, { excuses, nonce }: RequestModel, lease: LeaseModel): void {
  if (model.state === "closed") excuses.add("POOL_CLOSED");
  if (lease.state !== "held") excuses.add("LEASE_RELEASED");
  if (lease.requests.some((other) => other.nonce !== nonce && other.state !== "over")) {
    excuses.add("LEASE_BUSY");
  }
  if (lease.process !== lease.instance?.process || lease.process?.state !== "ready") {
    excuses.add("PROCESS_EXITED");
  }
}

/** Its promise has settled: once, as its events said, and with what is its own. */
function settle(model: Model, request: RequestModel, how: string, result?: string): void {
  const { nonce, announced } = request;
  model.note(`  ${nonce} settles with ${how}`);
  model.expect(request.settled === null, () => `${nonce} settles again, with ${how}`);
  request.settled = how;
  if (request.state === "queued") {
    const may = codesThatMayRefuse(model, request);
    model.expect(may.has(how as PoolErrorCode), () => {
      return `${nonce} was refused with ${how}, and what was done allows only: ${[...may].join(", ")}`;
    });
    request.state = "over";
  } else {
    model.expect(announced === how, () => `${nonce} ended with ${how}, announced was ${announced}`);
  }
  if (result !== undefined) checkResult(model, request, result);
}

/** The answer is its own, from its own process, and nothing that was to be forgotten is remembered. */
function checkResult(model: Model, request: RequestModel, result: string): void {
  const { nonce, process, lease } = request;
  const [own = "", pid, before] = result.split(" ");
  checkNonce(model, request, own);
  model.expect(Number(pid) === process?.pid, () => {
    return `${nonce} was answered by process ${pid}, not by ${process?.pid}`;
  });
  const earlier = lease?.requests.some(
    (other) => other.order < request.order && other.settled === "done",
  );
  if (before === "-") {
    model.expect(!earlier, () => `${nonce} lost the context of its lease`);
    return;
  }
  const last = process?.served.find((other) => other.nonce === before);
  if (last === undefined) {
    model.fail(`${nonce} came after ${before}, which was not on this process`);
    return;
  }
  model.expect(!earlier || last.lease === lease, () => `${before} came into the lease of ${nonce}`);
  if (last.lease !== null && last.lease === lease) return;
  const mode = last.lease === null ? last.release : last.lease.mode;
  model.expect(mode === "keep", () => `${nonce} came after ${before}, whose release was ${mode}`);
}

/** Reads the turn's own events, as a caller may. */
async function read(model: Model, request: RequestModel): Promise<void> {
  try {
    for await (const event of request.turn ?? []) {
      if (event.type === "text") checkNonce(model, request, event.text);
      if (event.type === "started") {
        model.expect(event.instance === request.instance, () => {
          return `${request.nonce} is told instance ${event.instance}, not ${request.instance}`;
        });
      }
    }
  } catch {
    // Its promise tells how it failed.
  }
}

export function codeOf(error: unknown): string {
  return error instanceof PoolError ? error.code : `no PoolError: ${String(error)}`;
}
