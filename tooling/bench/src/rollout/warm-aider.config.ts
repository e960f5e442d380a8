// The configuration that the benchmark gives to `cluster run`: real aider, all workers ready first.
import { aiderAdapter } from "@cluster/adapter-aider";
import { type ClusterConfig, defineConfig } from "@cluster/cli";
import { readyTogether } from "./ready-together.ts";

const { model, extraArguments, workers } = JSON.parse(process.env.ROLLOUT ?? "{}") as {
  readonly model: string;
  readonly extraArguments: readonly string[];
  readonly workers: number;
};

const config: ClusterConfig = defineConfig({
  tools: { "warm-aider": readyTogether(aiderAdapter({ model, extraArguments }), workers) },
});

export default config;
