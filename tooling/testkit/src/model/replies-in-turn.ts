import type { ModelReply } from "./behaviour.ts";
import type { ModelCall } from "./call.ts";

/** One reply, or one that depends on the call. */
export type PlannedReply = ModelReply | ((call: ModelCall) => ModelReply | Promise<ModelReply>);

/**
 * A behaviour that answers the calls of each task one after the other as it was planned; the last
 * reply of a plan stands for all calls that come after it.
 *
 * @param taskOf whose call it is; `null`: nobody's, which gets the default edit
 * @param repliesOf the plan of a task, asked once for each
 */
export function repliesInTurn(
  taskOf: (call: ModelCall) => string | null,
  repliesOf: (task: string) => readonly PlannedReply[],
): (call: ModelCall) => Promise<ModelReply> {
  const plans = new Map<string, PlannedReply[]>();
  return async (call) => {
    const task = taskOf(call);
    if (task === null) return { kind: "edit" };
    const plan = plans.get(task) ?? [...repliesOf(task)];
    plans.set(task, plan);
    const reply = (plan.length > 1 ? plan.shift() : plan[0]) ?? { kind: "edit" };
    return typeof reply === "function" ? await reply(call) : reply;
  };
}
