/**
 * What makes git independent of the user's and the system's configuration, with an author of its
 * own. Merge it into the environment of a program that runs git.
 */
export const gitEnvironment: Readonly<Record<string, string>> = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_AUTHOR_NAME: "Sample Author",
  GIT_AUTHOR_EMAIL: "author@example.invalid",
  GIT_COMMITTER_NAME: "Sample Author",
  GIT_COMMITTER_EMAIL: "author@example.invalid",
};

// Git sets these for hooks; in a test that is run by a hook they would point at the wrong repository.
const INHERITED = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"];

/** The process's environment with {@link gitEnvironment}, without what points at another repository. */
export function isolatedGitEnvironment(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...process.env, ...gitEnvironment })) {
    if (value !== undefined && !INHERITED.includes(name)) env[name] = value;
  }
  return env;
}
