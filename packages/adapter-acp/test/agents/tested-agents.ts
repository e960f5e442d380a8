import { z } from "zod";
import { AGENT_NAMES, type AgentName } from "../../src/index.ts";

/** An agent of this run. */
export interface TestedAgent {
  readonly agent: AgentName;
  /** Null for one that could not be installed. */
  readonly program: string | null;
}

const Agents = z.array(z.object({ agent: z.enum(AGENT_NAMES), program: z.string().nullable() }));

/** What `npm run test:agents` has installed. */
export const TESTED_AGENTS: readonly TestedAgent[] = Agents.parse(
  JSON.parse(process.env.CLUSTER_TESTED_AGENTS ?? "[]"),
);
