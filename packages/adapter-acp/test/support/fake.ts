import { type FakeAgentFault, fakeAgent, TEST_MARKER } from "@cluster/testkit";
import type { AgentProfile } from "../../src/index.ts";

/** A profile of the fake agent, as a user would write one. */
export function fakeProfile(
  faults: readonly FakeAgentFault[] = [],
  more: Partial<AgentProfile> = {},
): AgentProfile {
  const { file, args } = fakeAgent(...faults);
  return {
    name: "fake",
    command: file,
    arguments: args,
    environment: [TEST_MARKER],
    mode: "default",
    proof: ({ usage }) => (usage === null ? "unproven" : "proven"),
    ...more,
  };
}
