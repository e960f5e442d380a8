export { acpAdapter } from "./adapter.ts";
export { AcpError } from "./errors/acp-error.ts";
export { ACP_ERROR_CODES, type AcpErrorCode } from "./errors/codes.ts";
export {
  type AgentMissing,
  type FindAgentOptions,
  type FoundAgent,
  findAgent,
} from "./install/find.ts";
export {
  type InstallAgentOptions,
  type InstallProgress,
  installAgent,
} from "./install/install.ts";
export type { Program } from "./install/locations.ts";
export type { AcpOptions } from "./options.ts";
export {
  ACTION_KINDS,
  type ActionKind,
  type Decision,
  type PermissionPolicy,
  type PermissionRule,
} from "./permissions/policy.ts";
export type {
  AgentPackage,
  AgentProfile,
  ModelSign,
  Preparation,
  PreparationRequest,
  Proof,
  ReportedError,
  TurnEvidence,
} from "./profiles/profile.ts";
export { AGENT_NAMES, AGENT_PROFILES, type AgentName } from "./profiles/table.ts";
