import { defineConfig } from "vitest/config";
import base from "./vitest.config.ts";

/** `npm run test:agents`: real agents, which `npm test` needs none of. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ["{packages,apps}/*/test/agents/**/*.agents.ts"],
    // An agent takes a processor or two to start.
    maxWorkers: 1,
    testTimeout: 120_000,
  },
});
