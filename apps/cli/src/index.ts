export {
  type AgentPermissions,
  type AgentResult,
  type AgentTask,
  type AnsweredQuestion,
  type EndSignal,
  FAILURE_CLASSES,
  type FailureClass,
  inheritedEnvironment,
  jsonLinesProtocol,
  lineProtocol,
  oneShot,
  type ToolAdapter,
  type ToolCapabilities,
  type ToolCommand,
  ToolFailure,
  type ToolProbe,
  type Usage,
} from "@cluster/batch";
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
