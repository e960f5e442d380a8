export {
  type AgentModel,
  type AgentModelOptions,
  type AgentModelReply,
  type AgentModelRequest,
  type AgentModelScript,
  type AgentWire,
  type ClosedDoor,
  closeDoor,
  type OfferedTool,
  type Saying,
  type Step,
  shellCall,
  startAgentModel,
  stepsInTurn,
  type ToolCall,
  type ToolOutcome,
  type WrittenFile,
  writeCall,
} from "./model/index.ts";
export { AGENT_RIGS, type Rig, type RigModel } from "./rigs.ts";
export { openScene, type Scene, type SceneOptions } from "./scene.ts";
export { type CellResult, TRIAL_CELLS, type TryAgentOptions, tryAgent } from "./try-agent.ts";
