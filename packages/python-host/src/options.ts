/** How often a fork server may fail, and how long to wait before the next one. */
export interface ServerRestartOptions {
  /** Failures within the period; with one more, starts reject until the period has passed. @default 5 */
  readonly intensity?: number;
  /** Milliseconds. @default 60000 */
  readonly periodMs?: number;
  /** The wait after the first failure, doubled with each further one; with jitter. @default 100 */
  readonly backoffMs?: number;
  /** @default 10000 */
  readonly maxBackoffMs?: number;
}

/** How processes come to life: forked where that is safe, forked or not at all, one by one. */
export type PythonHostMode = "auto" | "fork" | "process";

/** What a {@link pythonHost} starts, and how. */
export interface PythonHostOptions {
  /**
   * What each process runs, `"module:function"`: called without arguments, when `sys.argv`, the working
   * folder, the environment and the streams are those of the start. What it returns or raises becomes
   * the exit status, as with an installed script.
   */
  readonly entry: string;
  /** Modules to import beforehand. That of the entry always is. @default none */
  readonly modules?: readonly string[];
  /**
   * `"module:function"`, called once after the imports to bring up whatever the program loads late. It
   * must leave no thread and no connection behind: neither survives a fork.
   */
  readonly warmUp?: string;
  /** Absolute folders for the front of `sys.path`. The working folder is not on it. @default none */
  readonly path?: readonly string[];
  /** Processes that are forked ahead of their start. @default 1 */
  readonly spares?: number;
  /**
   * `"fork"` forks each process out of a server that has imported everything: Linux only. `"process"`
   * starts an ordinary one for each. `"auto"` forks where that is safe, and says so in a warning when
   * the warm-up makes it unsafe.
   * @default "auto"
   */
  readonly mode?: PythonHostMode;
  /** For the imports and the warm-up, in milliseconds. @default 120000 */
  readonly startTimeoutMs?: number;
  /** After so many milliseconds without an answer a fork server is killed. @default 10000 */
  readonly heartbeatTimeoutMs?: number;
  /** How often a fork server may fail. */
  readonly restart?: ServerRestartOptions;
  /**
   * Variables that do not need a fork server of their own when they differ, beside PWD, OLDPWD, SHLVL and
   * _. They are set in each process, and the imports and the warm-up do not see them.
   * @default none
   */
  readonly lateEnvironment?: readonly string[];
  /** Hears what does not keep the host from working. @default process.emitWarning */
  readonly onWarning?: (message: string) => void;
}

/** With all defaults. */
export interface CompiledOptions {
  readonly entry: string;
  readonly modules: readonly string[];
  readonly warmUp: string | null;
  readonly path: readonly string[];
  readonly spares: number;
  readonly mode: PythonHostMode;
  readonly startTimeoutMs: number;
  readonly heartbeatTimeoutMs: number;
  readonly restart: Required<ServerRestartOptions>;
  readonly lateEnvironment: ReadonlySet<string>;
  readonly onWarning: (message: string) => void;
}
