import type { InstanceState, Occupancy } from "../instance/instance-state.ts";
import type { PoolParts } from "../pool/assemble-pool.ts";
import type { PoolStats } from "./pool-stats.ts";

/** What a pool has done so far, out of what was gathered and what its parts say of this moment. */
export function takeStats<Request, Result>(
  tool: string,
  parts: PoolParts<Request, Result>,
): PoolStats {
  const { statistics, clock, desk, dispatcher, roster, maxQueue } = parts;
  const gathered = statistics.gathered(clock.elapsed());
  const { accepted, done, failed, running, queued } = desk.counts;
  const { failedByCode, failedByClass, questions, ...rest } = gathered;
  const instances: Record<InstanceState, number> = {
    idle: 0,
    starting: 0,
    ready: 0,
    stopping: 0,
    backoff: 0,
    stopped: 0,
    failed: 0,
  };
  const occupancy: Record<Occupancy, number> = { free: 0, leased: 0, resetting: 0 };
  for (const instance of roster.all) {
    instances[instance.state] += 1;
    occupancy[instance.occupancy] += 1;
  }
  return {
    tool,
    at: clock.now(),
    ...rest,
    requests: {
      accepted,
      done,
      failed,
      running,
      queued,
      failedByCode,
      failedByClass,
      questions,
    },
    queue: {
      waiting: dispatcher.waiting,
      mostWaiting: dispatcher.mostWaiting,
      limit: Number.isFinite(maxQueue) ? maxQueue : null,
    },
    instances,
    occupancy,
  };
}
