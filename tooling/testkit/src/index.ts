export { documentId, documentIdLine, insertDocumentId } from "./document-id/document-id.ts";
export { type FakeAgentFault, fakeAgent } from "./fake-agent/fake-agent.ts";
export { type Executable, fakeTool } from "./fake-tools/fake-tool.ts";
export { FAKE_TOOLS, type FakeToolName } from "./fake-tools/names.ts";
export { FAULT_TOOL_ENTRY, faultTool, pythonInterpreter } from "./fault-tool/fault-tool.ts";
export type { AiderSettings } from "./model/aider-settings.ts";
export type { ModelAnswer } from "./model/answer-log.ts";
export type { Behaviour, ModelReply } from "./model/behaviour.ts";
export type { ChatMessage, ModelCall } from "./model/call.ts";
export { type ChatFile, type Fence, parseFileListing } from "./model/chat-files.ts";
export type { EditFormat } from "./model/edit-format.ts";
export type { EditFile } from "./model/edit-reply.ts";
export { type PlannedReply, repliesInTurn } from "./model/replies-in-turn.ts";
export { searchReplaceBlock } from "./model/search-replace.ts";
export { standInModelCommand } from "./model/serve-command.ts";
export {
  type StandInModel,
  type StandInModelOptions,
  startStandInModel,
} from "./model/stand-in-model.ts";
export { isAlive } from "./process/is-alive.ts";
export {
  type FoundProcess,
  leftoverProcesses,
  processesIn,
  TEST_MARKER,
} from "./process/leftovers.ts";
export { type PostgresServer, postgresPrograms, startPostgres } from "./process/postgres.ts";
export { type WaitForOptions, waitFor } from "./process/wait-for.ts";
export { type QuickStart, type QuickTurn, quickTool } from "./quick-tool/quick-tool.ts";
export { gitEnvironment, isolatedGitEnvironment } from "./repository/git-environment.ts";
export {
  type SampleRepository,
  type SampleRepositoryOptions,
  sampleRepository,
} from "./repository/sample-repository.ts";
export { type TemporaryFolder, temporaryFolder } from "./repository/temporary-folder.ts";
export { sampleAgent } from "./sample-agent/sample-agent.ts";
export { type TestedAgent, testedAgents } from "./tested-agents/tested-agents.ts";
