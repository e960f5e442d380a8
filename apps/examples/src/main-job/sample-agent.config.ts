import { type ClusterConfig, defineConfig } from "@cluster/cli";
import { sampleAgentAdapter } from "../sample-agent-adapter.ts";

const config: ClusterConfig = defineConfig({ tools: { "sample-agent": sampleAgentAdapter } });

export default config;
