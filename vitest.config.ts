import { availableParallelism, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

const conditions = ["@cluster/source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["{packages,apps,tooling}/*/test/**/*.test.ts"],
    typecheck: { enabled: false },
    pool: "forks",
    // Most tests wait for processes: on two processors one file at a time leaves half of them idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // What the tests start is not written down in the home folder of whoever runs them.
    env: {
      XDG_STATE_HOME: join(tmpdir(), `cluster-tests-${userInfo().username}`),
      // The programs that tests start are compiled once.
      NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules/.cache/cluster-tests"),
    },
    testTimeout: 60_000,
    hookTimeout: 300_000,
    restoreMocks: true,
  },
});
