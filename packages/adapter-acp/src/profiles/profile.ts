import type { FailureClass, Usage } from "@cluster/pool";

/** An error as the agent reported it. */
export interface ReportedError {
  /** Of JSON-RPC; null for one that came as the agent's words. */
  readonly code: number | null;
  readonly message: string;
  /** Whatever the agent added. */
  readonly data: unknown;
}

/** What a turn that ended normally has left, beside the files. */
export interface TurnEvidence {
  readonly stopReason: string;
  /** The agent's words. */
  readonly reply: string;
  /** As {@link AgentProfile.usage} found it. */
  readonly usage: Usage | null;
  /** Tokens in the model's window, where the agent told in this turn; null where it did not. */
  readonly contextTokens: number | null;
  /** `_meta` of the answer. */
  readonly meta: Readonly<Record<string, unknown>>;
  /** `_meta` of the session's information that came in this turn, the last of each name. */
  readonly sessionMeta: Readonly<Record<string, unknown>>;
}

/**
 * - `proven`: something that a failed turn would not have left
 * - `unproven`: only the agent's word speaks for it
 * - `failed`: it is a failure, whatever the agent calls it; its words say which
 */
export type Proof = "proven" | "unproven" | "failed";

/** What an agent is started with beside its own arguments and the user's environment. */
export interface Preparation {
  readonly arguments?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  /** Files to be written into a private folder: name and contents. Nothing in them may be secret. */
  readonly files?: Readonly<Record<string, string>>;
}

/** What a preparation may look at. */
export interface PreparationRequest {
  /** The private folder in which its files will be. */
  readonly folder: string;
  /** The environment that the agent will have. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the user asked for; null leaves the choice to the agent. */
  readonly model: string | null;
  /** Whether the agent may follow the settings that a repository has for it. */
  readonly repositorySettings: "allow" | "deny";
}

/** How to install an agent from the npm registry. */
export interface AgentPackage {
  readonly name: string;
  /** The version that this adapter was tested with. */
  readonly version: string;
  /** Of the agent itself; one that is `proprietary` is never installed by us. */
  readonly licence: string;
  /** What it takes on the disk, roughly. */
  readonly megabytes?: number;
  /** Its program, below `node_modules`. @default what its package.json has under the command's name */
  readonly program?: string;
  /** A script of it that has to run once, below its folder. Others of npm's scripts never run. */
  readonly script?: string;
}

/** What shows that somebody has logged in, without asking the agent. */
export interface AgentLogin {
  /** Variables any of which is a key. */
  readonly variables: readonly string[];
  /** Files that a log-in leaves, in the home folder. */
  readonly files: readonly string[];
  /** What the user does: the end of a sentence. `{{program}}` stands for the agent's program, wherever it is. */
  readonly remedy: string;
  /**
   * The method of `authenticate` that has the agent use a key of its environment, where it does not do so by
   * itself; `null` where there is none to be used. Nothing that it is told may outlive its process.
   */
  method?(environment: Readonly<Record<string, string>>): string | null;
}

/**
 * How an agent fares with its model.
 * - `asks`: a request is under way
 * - `answers`: one was taken
 * - `refuses`: one was not
 */
export type ModelSign =
  | { readonly kind: "asks" | "answers" }
  | { readonly kind: "refuses"; readonly error: ReportedError };

/** What is peculiar to one agent. Only `command` is needed. */
export interface AgentProfile {
  /** A short name for events and errors. @default the file name of the command */
  readonly name?: string;
  /** A program on PATH, or an absolute path. */
  readonly command: string;
  /** What makes it speak ACP on its standard streams. @default [] */
  readonly arguments?: readonly string[];
  /**
   * Names of variables that it may inherit beside what every program needs; one that ends in `*` is a
   * prefix. @default []
   */
  readonly environment?: readonly string[];
  /** Variables that are set unless the user's environment has them. @default {} */
  readonly variables?: Readonly<Record<string, string>>;
  /** What else its start needs: arguments for a model, settings in a private folder. */
  prepare?(request: PreparationRequest): Preparation;
  /**
   * Files of a repository's root that it no longer reads when it leaves the repository's settings alone. They
   * run nothing, so its model is told the first one that is there, when a session begins. @default none
   */
  readonly instructions?: readonly string[];
  /**
   * The mode of a session in which the agent asks before it does what it was not told to. An agent that
   * has modes and not this one is refused. @default the agent's own
   */
  readonly mode?: string;
  /**
   * The request that names a session, where the agent has its model invent a name for one that has none:
   * that is a request for each task. @default its sessions are not named
   */
  readonly naming?: string;
  /**
   * What it is told that we do for it: read and write files, or only write them. Whatever it is told, a
   * call is answered. @default "both"
   */
  readonly fileCalls?: "both" | "write" | "none";
  /** Finds the tokens of a turn. @default `usage` of the answer */
  usage?(answer: Readonly<Record<string, unknown>>): Usage | null;
  /** Finds tokens in an update, where the agent tells them as it goes; they are added up. @default nowhere */
  usageOfUpdate?(update: Readonly<Record<string, unknown>>): Usage | null;
  /** Judges a turn that ended normally. @default unproven, always */
  proof?(turn: TurnEvidence): Proof;
  /** Knows an error; null leaves it to the common rules. */
  failure?(error: ReportedError): FailureClass | null;
  /**
   * Reads a line of its stderr, where an agent tries what was refused again and again without a word over the
   * protocol: a turn that stays refused is given up for that, and not for its deadline. @default nothing
   */
  modelSign?(line: string): ModelSign | null;
  /** Whether it goes at the end of its input, or has to be told by a signal. @default "eof" */
  readonly ends?: "eof" | "sigterm";
  /** How a log-in shows. @default it cannot be known */
  readonly login?: AgentLogin;
  /** Where it comes from, for those who install it. */
  readonly package?: AgentPackage;
}
