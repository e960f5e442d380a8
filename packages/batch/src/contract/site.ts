import type {
  CommitOptions,
  CreateRunOptions,
  CutDelivery,
  DeliverOptions,
  Delivery,
  DeliveryChoice,
  FileChange,
  FileList,
  ForgetRunOptions,
  ForgottenRun,
  Head,
  LandedCommit,
  LandedCommitsOptions,
  Landing,
  MendedDelivery,
  ReopenRunOptions,
  RunOperationOptions,
  SalvagedWork,
  SalvageOptions,
  WorkspaceChanges,
  WorktreeRoom,
} from "@cluster/workspace";

/** Where instances work: each in a git worktree of its own, or all in the user's folder itself. */
export const PLACES = ["worktrees", "in-place"] as const;

/** One of {@link PLACES}. */
export type Place = (typeof PLACES)[number];

/** What a run works on: a git repository, or a folder in place. */
export interface Site {
  readonly place: Place;
  /** The folder that paths are relative to, absolute, without links. */
  readonly root: string;
  /** An absolute path that names the site among all others, wherever in it somebody stands. */
  readonly commonDir: string;
  /** Another work tree of the same repository, as this one was opened. Absent: there is only one. */
  at?(path: string): Promise<Site>;
  head(): Promise<Head>;
  trackedFiles(): Promise<readonly string[]>;
  listFiles(): Promise<FileList>;
  dirtyFiles(paths?: readonly string[]): Promise<readonly string[]>;
  requireCommitted(paths: readonly string[]): Promise<void>;
  resolveInside(path: string): string;
  workspaceEnvironment(
    inherited?: Readonly<Record<string, string | undefined>>,
  ): Record<string, string>;
  createRun(options: SiteRunOptions): Promise<LandingPlace>;
  /** As another process left it, with everything that has landed. */
  reopenRun(options: SiteReopenOptions): Promise<LandingPlace>;
  /** Removes what git keeps of a run, as far as nothing is lost by it. */
  forgetRun(options: ForgetRunOptions): Promise<ForgottenRun>;
  /** Brings the user's files out of the middle of a delivery whose process was killed. */
  mendDelivery(delivery: CutDelivery, run?: string): Promise<MendedDelivery>;
}

/** Which run to go on with. */
export interface SiteReopenOptions extends ReopenRunOptions {
  /** The run's folder. */
  readonly folder: string;
}

/** Which run to make a landing place for. */
export interface SiteRunOptions extends CreateRunOptions {
  /** The run's folder, for what a site has to keep of it; `null` where the run is not kept. */
  readonly folder?: string | null;
}

/** Where the edits of a run's tasks land: its branch, or the folder itself. */
export interface LandingPlace extends AsyncDisposable {
  /** All instances work in one folder, and wait for each other's files. @default false */
  readonly shared?: boolean;
  readonly run: string;
  /** What it is called: a ref, or a folder. */
  readonly ref: string;
  readonly base: string;
  /** What the next attempt works on; `base` when nothing has landed. */
  tip(): string;
  /** For how many workspaces there is room. Absent: for as many as there are instances. */
  room?(): Promise<WorktreeRoom>;
  /**
   * Takes the files of an attempt before it has an instance, which others can use meanwhile. Gives back what
   * lets go of them, for an attempt that comes to no workspace. Absent: none has to wait for files.
   * @param onBusy called when it has to wait, at least once
   */
  reserve?(attempt: AttemptAtPlace, onBusy: () => void): Promise<() => void>;
  openWorkspace(index: number, options?: RunOperationOptions): Promise<WorkPlace>;
  /** @param commit what {@link WorkPlace.commit} gave */
  land(commit: string): Promise<Landing>;
  /** The attempts whose edit is here: the second witness, beside the journal. */
  landedCommits(options?: LandedCommitsOptions): Promise<readonly LandedCommit[]>;
  /** Whether an edit that was made is still there to be landed. */
  hasCommit(commit: string): Promise<boolean>;
  /** Keeps what a killed process left half done, and clears it away. `known` edits are kept anyway. */
  salvage(options?: SalvageOptions): Promise<readonly SalvagedWork[]>;
  /** Keeps an edit that did not land, and says where. */
  park(commit: string, task: string): Promise<string>;
  /** Lets go of an edit that `park` kept under that name. Absent: what was parked stays. */
  unpark?(commit: string, task: string): Promise<void>;
  /** Lets go of what `salvage` kept and has landed since, and says where that was. Absent: nothing is. */
  dropSuperseded?(): Promise<readonly string[]>;
  deliver(options?: DeliverOptions): Promise<Delivery>;
  /** How it is told when it is not to be delivered. */
  undelivered(reason: string, choice?: DeliveryChoice): Promise<Delivery>;
  dispose(): Promise<void>;
}

/** What a work place is told of the attempt that comes. */
export interface AttemptAtPlace {
  readonly task: string;
  readonly token: number;
  readonly files: readonly string[];
  readonly signal: AbortSignal;
}

/** Changes, and those that may be anybody's. */
export interface PlaceChanges extends WorkspaceChanges {
  /** In a shared folder: what changed elsewhere meanwhile. Absent: nothing can. */
  readonly strays?: readonly FileChange[];
}

/** Where one instance works: a worktree of its own, or the folder that it shares with the others. */
export interface WorkPlace {
  /** Its folder, absolute. */
  readonly path: string;
  /** Gets everything ready for an attempt. */
  reset(base: string, attempt: AttemptAtPlace): Promise<void>;
  changes(files: readonly string[]): Promise<PlaceChanges>;
  diff(): Promise<string>;
  commit(options: CommitOptions): Promise<string | null>;
  /** Runs what judges an edit. Absent: it may run at any time. */
  judge?<Verdict>(work: () => Promise<Verdict>): Promise<Verdict>;
  /**
   * The attempt is over. `edit` may land; without one everything is to be as it was, and what was not
   * kept yet is, under the name that it gives. Absent: the next reset does it.
   */
  leave?(edit: string | null): Promise<string | null>;
}
