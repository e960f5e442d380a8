/** How much of the environment one variable may take; longer lists are in `"$@"` only. */
const LONGEST_LIST = 100_000;

/**
 * The environment of a verify command: the user's own, since the command is, without the variables
 * that would point git at another repository than the workspace's.
 */
export function verifyEnvironment(
  inherited: NodeJS.ProcessEnv,
  files: readonly string[],
): NodeJS.ProcessEnv {
  const environment = { ...inherited };
  for (const name of ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"]) {
    delete environment[name];
  }
  const list = files.join("\n");
  return list.length > LONGEST_LIST ? environment : { ...environment, CLUSTER_FILES: list };
}
