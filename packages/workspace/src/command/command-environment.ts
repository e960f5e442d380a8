/** Marks every process of a command by the folder that the command was started in. */
export const COMMAND_MARKER = "CLUSTER_COMMAND_IN";

/**
 * The environment of a command of the user's: their own, since the command is, without the variables
 * that would point git at another repository than the one it runs in.
 */
export function commandEnvironment(inherited: NodeJS.ProcessEnv, cwd: string): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...inherited, [COMMAND_MARKER]: cwd };
  for (const name of ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"]) {
    delete environment[name];
  }
  return environment;
}
