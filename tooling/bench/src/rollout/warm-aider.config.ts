// The configuration that the benchmark gives to `cluster run`: real aider, all workers ready first.
import { writeFileSync } from "node:fs";
import { aiderAdapter } from "@cluster/adapter-aider";
import { type ClusterConfig, defineConfig } from "@cluster/cli";
import { startTogether } from "./start-together.ts";

const { model, extraArguments, workers, readyFile } = JSON.parse(process.env.ROLLOUT ?? "{}") as {
  readonly model: string;
  readonly extraArguments: readonly string[];
  readonly workers: number;
  /** Where to write the moment at which all workers were ready, in milliseconds since the epoch. */
  readonly readyFile: string;
};

const config: ClusterConfig = defineConfig({
  tools: {
    "warm-aider": startTogether(aiderAdapter({ model, extraArguments }), workers, () =>
      writeFileSync(readyFile, String(Date.now())),
    ),
  },
});

export default config;
