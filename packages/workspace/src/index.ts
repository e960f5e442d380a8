export { type CommandEnd, runUserCommand, type UserCommand } from "./command/run-user-command.ts";
export type { WorktreeRoom } from "./disk/disk-room.ts";
export { WORKSPACE_ERROR_CODES, type WorkspaceErrorCode } from "./errors/codes.ts";
export { WorkspaceError, type WorkspaceErrorDetails } from "./errors/workspace-error.ts";
export { type Identity, workspaceEnvironment } from "./git/environment.ts";
export { Folder, type FolderRunOptions } from "./in-place/folder.ts";
export type { InPlaceRun, Undone } from "./in-place/in-place-run.ts";
export type {
  InPlaceAttempt,
  InPlaceChanges,
  InPlaceWorkspace,
} from "./in-place/in-place-workspace.ts";
export { type OpenFolderOptions, openFolder } from "./in-place/open-folder.ts";
export type { Head } from "./repository/head.ts";
export { openRepository } from "./repository/open.ts";
export type { OpenRepositoryOptions } from "./repository/options.ts";
export { Repository, type SignalOption } from "./repository/repository.ts";
export type { FileList } from "./repository/status.ts";
export type { CreateRunOptions } from "./run/create-run.ts";
export type { DeliverOptions, Delivery } from "./run/delivery.ts";
export { DELIVERY_MODES, type DeliveryChoice, type DeliveryMode } from "./run/delivery-choice.ts";
export type { ForgetRunOptions, ForgottenRun, KeptRef } from "./run/forget-run.ts";
export type { LandedCommit, LandedCommitsOptions } from "./run/landed-commits.ts";
export type { Landing } from "./run/landing.ts";
export type { CutDelivery, MendedDelivery } from "./run/mend-checkout.ts";
export type { ReopenRunOptions } from "./run/reopen-run.ts";
export { RunBranch, type RunOperationOptions, type SalvageOptions } from "./run/run-branch.ts";
export type { SalvagedWork } from "./salvage/salvage.ts";
export type { Setup } from "./setup/setup.ts";
export type { FileChange } from "./workspace/change.ts";
export type { Trailers } from "./workspace/message.ts";
export {
  type CommitOptions,
  Workspace,
  type WorkspaceChanges,
  type WorkspaceOperationOptions,
} from "./workspace/workspace.ts";
