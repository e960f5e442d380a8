import type { PoolEvent } from "../../../src/index.ts";
import { whereabouts } from "./at-rest.ts";
import { codesThatMayEnd } from "./excuses.ts";
import type { Model } from "./model.ts";
import { checkOrder, mayServe } from "./order.ts";
import type { InstanceModel, RequestModel } from "./records.ts";

export function followTurn(model: Model, instance: InstanceModel, event: PoolEvent): void {
  if (!("turn" in event)) return;
  const request = model.byTurn(event.turn);
  if (request === undefined) {
    model.fail(`turn ${event.turn} was never asked for`);
    return;
  }
  switch (event.type) {
    case "turn.started":
      onStarted(model, instance, request);
      break;
    case "turn.progress":
      checkRunning(model, instance, request);
      if (event.event.type === "text") checkNonce(model, request, event.event.text);
      break;
    case "turn.question":
      checkRunning(model, instance, request);
      checkNonce(model, request, event.answered.question.text);
      break;
    case "turn.ended":
      onEnded(model, instance, request, event);
      break;
  }
}

function onStarted(model: Model, instance: InstanceModel, request: RequestModel): void {
  const { nonce, wish, lease } = request;
  const at = `${nonce} began on instance ${instance.index}`;
  model.expect(request.state === "queued", () => `${at} and was ${request.state}`);
  model.expect(instance.turn === null, () => `${at} beside ${instance.turn?.nonce}`);
  model.expect(mayServe(model, request, instance.index), () => {
    return `${at}, and wanted only ${wish.instance}`;
  });
  const held = model.leases.find((other) => other.state === "held" && other.instance === instance);
  model.expect(held === undefined || held === lease, () => `${at}, which is leased`);
  model.expect(lease !== null || !model.retires(instance.index), () => `${at}, which leaves`);
  if (lease === null) checkOrder(model, instance, request);
  else model.expect(lease.instance === instance, () => `${at}, not where its lease is`);
  request.state = "running";
  request.instance = instance.index;
  request.process = instance.process;
  request.began = model.clock.elapsed();
  request.startedAt = model.step;
  instance.turn = request;
  instance.process?.served.push(request);
  if (lease === null) bindKey(model, instance, request);
}

function bindKey(model: Model, { process }: InstanceModel, request: RequestModel): void {
  const { wish, release } = request;
  const { key } = wish;
  if (process === null) return;
  const home = key === undefined ? null : whereabouts(model, key);
  if (key !== undefined && typeof home !== "number") {
    // One that insists on another instance does not move a conversation that is there.
    if (home === "unknown" && wish.instance !== undefined) model.homes.doubt(key);
    else model.homes.bind(key, process);
  }
  // At its end all conversations on this process are forgotten.
  if (release !== "keep") model.homes.doubtAll(process);
}

function onEnded(
  model: Model,
  instance: InstanceModel,
  request: RequestModel,
  event: Extract<PoolEvent, { type: "turn.ended" }>,
): void {
  const { nonce } = request;
  checkRunning(model, instance, request);
  const how = event.outcome === "done" ? "done" : (event.code ?? "an error without a code");
  const may = codesThatMayEnd(model, request);
  model.expect(may.has(how), () => {
    return `${nonce} ended with ${how}, and what was done allows only: ${[...may].join(", ")}`;
  });
  request.state = "over";
  request.announced = how;
  request.answer = null;
  instance.turn = null;
}

function checkRunning(model: Model, instance: InstanceModel, request: RequestModel): void {
  model.expect(request.state === "running" && instance.turn === request, () => {
    return `${request.nonce} is told of on instance ${instance.index} and is ${request.state}`;
  });
}

/** No byte of one turn reaches another one. */
export function checkNonce(model: Model, request: RequestModel, text: string): void {
  model.expect(text === request.nonce, () => `${request.nonce} was told ${text}`);
}
