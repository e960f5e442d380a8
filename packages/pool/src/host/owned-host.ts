import type { ProcessHost } from "../contract/process-host.ts";
import { invalidOption } from "../pool/option-checks.ts";
import { childProcessHost } from "./child-process-host.ts";

/** The host of one pool, and how the pool lets go of it. */
export interface OwnedHost {
  readonly host: ProcessHost;
  /** Disposes of the host if the pool made it. */
  release(): Promise<void>;
}

/** @throws {PoolError} OPTION_INVALID when a function gives something else than a host. */
export function ownHost(given: ProcessHost | (() => ProcessHost) | undefined): OwnedHost {
  if (typeof given === "object") return { host: given, release: async () => {} };
  const host = given === undefined ? childProcessHost() : given();
  if (!isHost(host)) {
    throw invalidOption("adapter.host", "expected a function that returns a ProcessHost", host);
  }
  return { host, release: () => host.dispose() };
}

/** Whether a value from a caller without types has what a host needs. */
export function isHost(value: unknown): value is ProcessHost {
  const { start, dispose } = (value ?? {}) as {
    readonly start?: unknown;
    readonly dispose?: unknown;
  };
  return typeof start === "function" && typeof dispose === "function";
}
