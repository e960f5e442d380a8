import { Emitter } from "../events/emitter.ts";
import type { PoolEvent } from "../events/pool-event.ts";
import { redactEvent } from "../events/redact-event.ts";
import type { OwnedHost } from "../host/owned-host.ts";
import { FirstStarts } from "../instance/first-starts.ts";
import type { Instance } from "../instance/instance.ts";
import type { InstanceContext } from "../instance/instance-context.ts";
import { MemorySampler } from "../instance/memory-sampler.ts";
import { Spares } from "../instance/spares.ts";
import { StartGate } from "../instance/start-gate.ts";
import { Dispatcher } from "../lease/dispatcher.ts";
import { openLedger, type ProcessLedger } from "../ledger/process-ledger.ts";
import { hostedTool } from "../sessions/hosted-tool.ts";
import { Statistics } from "../stats/statistics.ts";
import { redaction } from "../transcript/redactor.ts";
import { type Clock, systemClock } from "./clock.ts";
import { compileOptions } from "./compile-options.ts";
import { PoolLifecycle } from "./lifecycle.ts";
import type { PoolOptions } from "./options.ts";
import { Reception } from "./reception.ts";
import { Roster } from "./roster.ts";
import { TurnDesk } from "./turn-desk.ts";

/** What a pool consists of. */
export interface PoolParts<Request, Result> {
  readonly events: Emitter<PoolEvent>;
  readonly host: OwnedHost;
  readonly ledger: ProcessLedger;
  readonly spares: Pick<Spares<never, never>, "status" | "close">;
  readonly roster: Roster<Request, Result>;
  readonly dispatcher: Dispatcher<Instance<Request, Result>>;
  readonly desk: TurnDesk<Request, Result>;
  readonly reception: Reception<Request, Result>;
  readonly lifecycle: PoolLifecycle;
  readonly statistics: Statistics;
  readonly clock: Clock;
  readonly maxQueue: number;
}

/**
 * Makes the parts of a pool, and lets its instances begin to start.
 * @throws {PoolError} OPTION_INVALID
 */
export function assemblePool<Request, Result>(
  given: PoolOptions<Request, Result>,
): PoolParts<Request, Result> {
  const options = compileOptions(given);
  const clock = given.clock ?? systemClock;
  const secrets = redaction(options.secrets);
  const events = new Emitter<PoolEvent>(
    secrets.longest === 0 ? (event) => event : (event) => redactEvent(event, secrets.redact),
  );
  const statistics = new Statistics(clock.elapsed());
  const lifecycle = new PoolLifecycle();
  const dispatcher = new Dispatcher<Instance<Request, Result>>(
    () => roster.all,
    options.maxQueue,
    () => roster.growing,
  );
  const emit = (event: PoolEvent): void => {
    statistics.observe(event);
    events.emit(event);
  };
  const ledger = openLedger(options.ledger, {
    swept: (processes) => emit({ type: "ledger.swept", at: clock.now(), processes }),
    failed: ({ message }) => emit({ type: "ledger.failed", at: clock.now(), detail: message }),
  });
  const { adapter, host } = hostedTool(given.adapter, { ...options, clock, ledger });
  const context: InstanceContext<Request, Result> = {
    adapter,
    host: host.host,
    options,
    gate: new StartGate(options.startConcurrency),
    firstStarts: new FirstStarts(given.adapter.name, clock),
    clock,
    redaction: secrets,
    emit,
    changed: () => {
      dispatcher.schedule();
      spares.refill();
    },
    ledger,
    memory: new MemorySampler(clock),
    forgotten: (instance) => dispatcher.forgotten(instance),
    get spares() {
      return spares;
    },
  };
  const spares = new Spares(context, () => roster.all);
  const desk = new TurnDesk<Request, Result>({
    options,
    clock,
    events,
    statistics,
    redaction: secrets,
    onSettled: () => lifecycle.notify(),
  });
  const roster = new Roster(context, (size) =>
    statistics.utilisation.resized(size, clock.elapsed()),
  );
  const reception = new Reception({
    options,
    lifecycle,
    roster,
    dispatcher,
    desk,
    statistics,
    clock,
  });
  roster.grow(options.size);
  const { maxQueue } = options;
  return {
    events,
    host,
    ledger,
    spares,
    roster,
    dispatcher,
    desk,
    reception,
    lifecycle,
    statistics,
    clock,
    maxQueue,
  };
}
