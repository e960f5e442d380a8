import { defineConfig } from "vitest/config";

const conditions = ["@cluster/source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["{packages,apps,tooling}/*/test/**/*.test.ts"],
    typecheck: { enabled: false },
    pool: "forks",
    testTimeout: 60_000,
    hookTimeout: 300_000,
    restoreMocks: true,
  },
});
