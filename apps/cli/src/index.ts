export { type ClusterConfig, defineConfig } from "./config/config.ts";
export { configJsonSchema, configSchema } from "./config/schema.ts";
export { EXIT_CODES, type ExitName } from "./exit/exit-codes.ts";
export type {
  AgentAdapter,
  BuiltInTool,
  ToolContext,
  ToolEntry,
  ToolFactory,
} from "./tools/tool-entry.ts";
