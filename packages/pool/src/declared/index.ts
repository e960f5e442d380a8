export { type DeclaredOptions, declaredTool } from "./declared-tool.ts";
export type {
  ArgumentCondition,
  ArgumentTemplate,
  ErrorPattern,
  ExitFraming,
  Framing,
  JsonLinesFraming,
  MessagePath,
  MultiLine,
  Pattern,
  PatternExpression,
  PromptFraming,
  SentinelFraming,
  TerminalTransport,
  ToolDefinition,
  Unfinished,
  UsagePatterns,
} from "./definition.ts";
export { findProgram } from "./probe.ts";
export {
  type CheckedDefinition,
  checkDefinition,
  type DefinitionProblem,
  describeProblem,
} from "./problems.ts";
export { definitionJsonSchema, definitionSchema } from "./schema.ts";
export { shippedTool, shippedToolsFolder } from "./shipped.ts";
