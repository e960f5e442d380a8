export {
  type AgentModel,
  type AgentModelOptions,
  startAgentModel,
} from "./agent-model.ts";
export { shellCall, type WrittenFile, writeCall } from "./agent-tools.ts";
export { type ClosedDoor, closeDoor } from "./outside.ts";
export type { AgentModelReply, AgentModelScript, Saying, ToolCall } from "./reply.ts";
export type { AgentModelRequest, AgentWire, OfferedTool, ToolOutcome } from "./request.ts";
export { type Step, stepsInTurn } from "./steps.ts";
