import type { AgentPermissions } from "@cluster/pool";
import type { RefusalWatch } from "../failures/refusal-watch.ts";
import type { PermissionPolicy } from "../permissions/policy.ts";
import type { AgentProfile } from "../profiles/profile.ts";

/** What all sessions of a process share. */
export interface SessionSettings {
  readonly name: string;
  readonly profile: AgentProfile;
  readonly policy: PermissionPolicy;
  readonly permissions: AgentPermissions;
  /** Undefined: the profile's. Null: none is set. */
  readonly mode: string | null | undefined;
  /** The model that tasks get which name none; null leaves it to the agent. */
  readonly model: string | null;
  /** Files of a workspace of which the first one is told to the model. */
  readonly instructions: readonly string[];
  /** The model that the process was started with. */
  readonly startedWith: string | null;
  /** For the commands that an agent has us run. */
  readonly terminalEnvironment: Readonly<Record<string, string>>;
  /** How the agent is told to use a key of its environment; `null` where it is not. */
  readonly loginMethod: string | null;
  /** What to say to somebody whose log-in was refused; `null` where that is not known. */
  refusedLogin(): Promise<string | null>;
  /** Knows when the agent tries in vain. */
  readonly refusals: RefusalWatch;
  /** Whether the agent takes back a session. */
  canClose(): boolean;
}
