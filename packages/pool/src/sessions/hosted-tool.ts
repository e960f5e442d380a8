import type { ToolAdapter } from "../contract/tool-adapter.ts";
import { type OwnedHost, ownHost } from "../host/owned-host.ts";
import { type SharingTerms, shareProcesses } from "./share-processes.ts";

/** A tool as its pool starts it. */
export interface HostedTool<Request, Result> {
  readonly adapter: ToolAdapter<Request, Result>;
  readonly host: OwnedHost;
}

/**
 * A tool with its host: with a process for each instance, or with sessions of shared ones.
 * @throws {PoolError} OPTION_INVALID when the adapter gives something else than a host.
 */
export function hostedTool<Request, Result>(
  given: ToolAdapter<Request, Result>,
  terms: SharingTerms,
): HostedTool<Request, Result> {
  const owned = ownHost(given.host);
  if (terms.sessionsPerProcess === 1) return { adapter: given, host: owned };
  const { adapter, host } = shareProcesses(given, owned.host, terms);
  return {
    adapter,
    host: {
      host,
      async release() {
        await host.dispose();
        await owned.release();
      },
    },
  };
}
