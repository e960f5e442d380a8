export {
  type AgentPermissions,
  type AgentResult,
  type AgentTask,
  type Answer,
  type AnsweredQuestion,
  type Clock,
  type ConnectionEvent,
  capabilitiesOf,
  createPool,
  type EndSignal,
  FAIL_OVER_CLASSES,
  FAILURE_CLASSES,
  type FailureClass,
  failureClassOf,
  type InstanceState,
  inheritedEnvironment,
  jsonLinesProtocol,
  lineProtocol,
  oneShot,
  POOL_ERROR_CODES,
  PoolError,
  type PoolErrorCode,
  type PoolEvent,
  type Question,
  type QuestionPolicy,
  type QuestionTopic,
  redactor,
  type ToolAdapter,
  type ToolCapabilities,
  type ToolCommand,
  ToolFailure,
  type ToolProbe,
  type Usage,
} from "@cluster/manager";
export {
  DELIVERY_MODES,
  type Delivery,
  type DeliveryChoice,
  type DeliveryMode,
  type FileChange,
  type Folder,
  type OpenFolderOptions,
  type OpenRepositoryOptions,
  openFolder,
  openRepository,
  type Repository,
  WORKSPACE_ERROR_CODES,
  WorkspaceError,
  type WorkspaceErrorCode,
} from "@cluster/workspace";
export type {
  Evidence,
  Reason,
  Spending,
  TaskOutcome,
  ToolPart,
  TranscriptPart,
  TranscriptPlace,
} from "./contract/evidence.ts";
export type {
  Attempt,
  AttemptFailure,
  AttemptProgress,
  AttemptResult,
  AttemptTurn,
  ExecuteContext,
  Executor,
  Verdict,
} from "./contract/executor.ts";
export type {
  AttemptRecord,
  Journal,
  JournalEntry,
  RunTally,
  Sequel,
  TaskTransition,
  Transition,
} from "./contract/journal.ts";
export { OUTCOMES, type Outcome } from "./contract/outcome.ts";
export { costOf, type Price } from "./contract/price.ts";
export type {
  BudgetReport,
  FailureCluster,
  LimitReport,
  RunReport,
  SlowTask,
  ToolReport,
} from "./contract/report.ts";
export type { RunEvent, RunState, Stage } from "./contract/run-event.ts";
export type { RunOwner, RunReader, RunSummary } from "./contract/run-reader.ts";
export type { RunMark, RunRecord } from "./contract/run-record.ts";
export type { Durability, JournalDamage, RunStore, StoredRun } from "./contract/run-store.ts";
export {
  type AttemptAtPlace,
  type LandingPlace,
  PLACES,
  type Place,
  type PlaceChanges,
  type Site,
  type SiteReopenOptions,
  type SiteRunOptions,
  type WorkPlace,
} from "./contract/site.ts";
export type { Task, TaskInput } from "./contract/task.ts";
export { defaultContext, TASK_CONTEXTS, type TaskContext } from "./contract/task-context.ts";
export { type AskRunOptions, askRun } from "./control/ask-run.ts";
export {
  CONTROL_COMMANDS,
  type ControlAnswer,
  type ControlCommand,
  type ControlFault,
  type Controllable,
} from "./control/control-contract.ts";
export { ControlServer } from "./control/control-server.ts";
export { Crew } from "./crew/crew.ts";
export type {
  CrewOptions,
  FailOverOptions,
  FleetShare,
  ProviderOptions,
} from "./crew/crew-options.ts";
export { BatchError } from "./errors/batch-error.ts";
export { BATCH_ERROR_CODES, type BatchErrorCode } from "./errors/codes.ts";
export { type EstimateOptions, estimateRun, type RunEstimate } from "./estimate/estimate-run.ts";
export { type FileSizes, fileSizes } from "./estimate/file-sizes.ts";
export type { Range } from "./estimate/range.ts";
export { type Sample, samplesOf } from "./estimate/samples.ts";
export { type ReadEventsOptions, readEvents } from "./events/read-events.ts";
export { MemoryJournal } from "./journal/memory-journal.ts";
export {
  createJournal,
  type JournalOptions,
  type OpenedJournal,
  openJournal,
} from "./journal/sqlite/open-journal.ts";
export { SqliteJournal } from "./journal/sqlite/sqlite-journal.ts";
export { checkTasks } from "./plan/check-tasks.ts";
export {
  type FilesFromGlobsOptions,
  type FoundFiles,
  filesFromGlobs,
} from "./plan/files-from-globs.ts";
export type { Per } from "./plan/group-files.ts";
export { type FilesFromListOptions, filesFromList } from "./plan/list/files-from-list.ts";
export { LIST_FORMATS, type ListFormat, listFormatOf } from "./plan/list/list-format.ts";
export {
  type ListedTasks,
  type TasksFromListOptions,
  tasksFromList,
} from "./plan/list/tasks-from-list.ts";
export { type ReadOnlyFilesOptions, readOnlyFilesFrom } from "./plan/read-only-files.ts";
export { keyTasks, type TaskDefaults } from "./plan/task-key.ts";
export { type TasksFromFilesOptions, tasksFromFiles } from "./plan/tasks-from-files.ts";
export { reportToJson } from "./report/build-report.ts";
export { describeTranscript } from "./report/describe-transcript.ts";
export { reportToJUnit } from "./report/junit.ts";
export { reportToMarkdown } from "./report/markdown.ts";
export {
  describeCost,
  describeTokens,
  formatCost,
  formatRate,
  formatTime,
  plural,
} from "./report/quantities.ts";
export { reportOfRun } from "./report/report-of-run.ts";
export type { BeginOptions } from "./run/begin-run.ts";
export { type CleanedRun, type CleanOptions, cleanRun, type KeptPart } from "./run/clean-run.ts";
export { type LandedRun, type LandOptions, landRun } from "./run/land-run.ts";
export type { CanaryOptions, HaltOptions, LimitOptions } from "./run/limit-options.ts";
export { openSite } from "./run/open-site.ts";
export type { RunOptions } from "./run/options.ts";
export { type ResumeOptions, resumeRun } from "./run/resume-run.ts";
export type { Run } from "./run/run.ts";
export { checkRun, startRun } from "./run/start-run.ts";
export { type UndoneRun, type UndoOptions, undoRun } from "./run/undo-run.ts";
export type { CanaryDecision, CanaryJudge, CanaryReport } from "./schedule/canary.ts";
export type { OnQuota } from "./schedule/providers.ts";
export { type TakenByRun, takenTogether } from "./schedule/taken-by-run.ts";
export { foldRun } from "./status/fold-run.ts";
export {
  type AttemptActivity,
  type InstanceActivity,
  initialRunStatus,
  type LimitedModel,
  type RefusingModel,
  type RunStatus,
} from "./status/run-status.ts";
export { LocalRunStore, type LocalRunStoreOptions } from "./store/local-run-store.ts";
export { RUN_FILES } from "./store/run-folder.ts";
