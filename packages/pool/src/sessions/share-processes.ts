import type { ProcessHost, ProcessSpec } from "../contract/process-host.ts";
import type { ToolAdapter } from "../contract/tool-adapter.ts";
import type { RecyclePolicy } from "../instance/recycling.ts";
import type { ProcessLedger } from "../ledger/process-ledger.ts";
import type { Clock } from "../pool/clock.ts";
import { abortable } from "../process/abortable.ts";
import { markedEnvironment, newMarker, PROCESS_MARKER } from "../process/marker.ts";
import { SessionConnection } from "./session-connection.ts";
import type { SessionProcess } from "./session-process.ts";
import { SharedProcess } from "./shared-process.ts";

/** How processes are shared. */
export interface SharingTerms {
  readonly sessionsPerProcess: number;
  readonly clock: Clock;
  readonly graceMs: number;
  readonly ledger: ProcessLedger;
  /** When an instance goes on to another process. */
  readonly recycle: Pick<RecyclePolicy, "turns" | "ageMs">;
}

/** A tool and a host whose processes are sessions. Everything of a pool works on them as it does on processes. */
export interface SharedTool<Request, Result> {
  readonly adapter: ToolAdapter<Request, Result>;
  readonly host: ProcessHost;
}

/** Lets several instances have a session each in one process, for tools that keep sessions apart. */
export function shareProcesses<Request, Result>(
  adapter: ToolAdapter<Request, Result>,
  host: ProcessHost,
  terms: SharingTerms,
): SharedTool<Request, Result> {
  const all = new Set<SharedProcess<Request, Result>>();
  /** By their output, which whoever taps a process leaves as it is. */
  const members = new WeakMap<object, SessionProcess<Request, Result>>();
  let made = 0;

  function processFor(spec: ProcessSpec): SharedProcess<Request, Result> {
    const { [PROCESS_MARKER]: _ofInstance, ...env } = spec.env;
    const key = JSON.stringify([spec.file, spec.args, env]);
    for (const one of all) {
      if (one.open && one.key === key && one.sessions < terms.sessionsPerProcess) return one;
    }
    const marker = newMarker();
    const slot = { index: made++, generation: 0, cwd: spec.cwd };
    const shared = new SharedProcess<Request, Result>({
      clock: terms.clock,
      graceMs: terms.graceMs,
      ledger: terms.ledger,
      turns: terms.recycle.turns * terms.sessionsPerProcess,
      ageMs: terms.recycle.ageMs,
      key,
      marker,
      spec: { ...spec, env: markedEnvironment(env, marker) },
      start: (given, signal) => host.start(given, signal),
      connect: (process) => adapter.connect(process, slot),
    });
    all.add(shared);
    void shared.over().then(() => all.delete(shared));
    return shared;
  }

  return {
    adapter: {
      ...adapter,
      command: (slot, request) => adapter.command(slot, request),
      connect: (process, { cwd }) => {
        const member = members.get(process.stdout) as SessionProcess<Request, Result>;
        return new SessionConnection(member, adapter.name, cwd);
      },
    },
    host: {
      async start(spec, signal) {
        const shared = processFor(spec);
        const member = await shared.join((started) => abortable(signal, () => started));
        members.set(member.stdout, member);
        return member;
      },
      async dispose() {
        await Promise.all([...all].map((shared) => shared.gone()));
      },
    },
  };
}
