/** Who makes a commit. */
export interface Identity {
  readonly name: string;
  readonly email: string;
}

/** What git must be told without writing anybody's configuration. */
const SETTINGS: Readonly<Record<string, string>> = {
  // Nothing that works behind our back in a repository that many instances share.
  "gc.auto": "0",
  "maintenance.auto": "false",
  "core.fsmonitor": "false",
  // Twenty threads for each git: worth it for one that is alone, not for one of many.
  "core.preloadIndex": "false",
  "core.longpaths": "true",
  "core.quotePath": "false",
  // A file whose line endings do not survive a round trip is evidence too, not an error.
  "core.safecrlf": "false",
  "submodule.recurse": "false",
  // Messages are handed over as UTF-8.
  "i18n.commitEncoding": "UTF-8",
  "advice.detachedHead": "false",
  "advice.addEmbeddedRepo": "false",
};

const NO_HOOKS: Readonly<Record<string, string>> = { "core.hooksPath": "/dev/null" };

/** Variables that would turn our git to another repository, or change what it prints. */
const REMOVED: readonly string[] = [
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_COMMON_DIR",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_NAMESPACE",
  "GIT_PREFIX",
  "GIT_CONFIG",
  "GIT_CONFIG_PARAMETERS",
  "GIT_QUARANTINE_PATH",
  "GIT_INTERNAL_SUPER_PREFIX",
  "GIT_IMPLICIT_WORK_TREE",
  "GIT_SHALLOW_FILE",
  "GIT_GRAFT_FILE",
  "GIT_NO_REPLACE_OBJECTS",
  "GIT_REPLACE_REF_BASE",
  "GIT_GLOB_PATHSPECS",
  "GIT_NOGLOB_PATHSPECS",
  "GIT_ICASE_PATHSPECS",
  "GIT_EXTERNAL_DIFF",
  "GIT_DIFF_OPTS",
  "GIT_REFLOG_ACTION",
  "GIT_MERGE_AUTOEDIT",
  "GIT_DEFAULT_HASH",
  "GIT_ATTR_SOURCE",
  // With 0 its answers stay in a buffer until it ends.
  "GIT_FLUSH",
  "LANGUAGE",
];

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment our own git runs in: `inherited`, less what misleads it, and with our settings. */
export function gitEnvironment(inherited: Environment): Record<string, string> {
  const kept = Object.entries(inherited).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !REMOVED.includes(entry[0]),
  );
  return {
    ...withSettings(Object.fromEntries(kept), { ...SETTINGS, ...NO_HOOKS }),
    // Failures are told apart by git's own English words.
    LC_ALL: "C",
    GIT_TERMINAL_PROMPT: "0",
    GIT_LITERAL_PATHSPECS: "1",
    // Reading the user's checkout must not rewrite its index.
    GIT_OPTIONAL_LOCKS: "0",
  };
}

/** The same environment, in which git runs the hooks of the user's configuration. */
export function withHooks(environment: Readonly<Record<string, string>>): Record<string, string> {
  const { GIT_LITERAL_PATHSPECS, GIT_OPTIONAL_LOCKS, ...rest } = environment;
  const count = Number(rest.GIT_CONFIG_COUNT) - Object.keys(NO_HOOKS).length;
  return { ...rest, GIT_CONFIG_COUNT: String(count) };
}

/**
 * What a tool needs that runs git inside a workspace: an author, no garbage collection under its
 * neighbours, none of the user's hooks. To be added to an environment without `GIT_DIR` and its like.
 */
export function workspaceEnvironment(
  identity: Identity,
  inherited: Environment = {},
): Record<string, string> {
  const { GIT_CONFIG_COUNT, ...rest } = inherited;
  const base = GIT_CONFIG_COUNT === undefined ? {} : configEntries(rest, Number(GIT_CONFIG_COUNT));
  const settings = {
    "user.name": identity.name,
    "user.email": identity.email,
    "gc.auto": "0",
    "maintenance.auto": "false",
    ...NO_HOOKS,
  };
  return { ...withSettings(base, settings), GIT_TERMINAL_PROMPT: "0" };
}

/** Adds settings after those that `GIT_CONFIG_COUNT` has already: the last one counts. */
function withSettings(
  environment: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, string>>,
): Record<string, string> {
  const result: Record<string, string> = { ...environment };
  let count = Number(environment.GIT_CONFIG_COUNT ?? 0) || 0;
  for (const [key, value] of Object.entries(settings)) {
    result[`GIT_CONFIG_KEY_${count}`] = key;
    result[`GIT_CONFIG_VALUE_${count}`] = value;
    count++;
  }
  result.GIT_CONFIG_COUNT = String(count);
  return result;
}

function configEntries(environment: Environment, count: number): Record<string, string> {
  const entries: Record<string, string> = { GIT_CONFIG_COUNT: String(count) };
  for (let index = 0; index < count; index++) {
    for (const name of [`GIT_CONFIG_KEY_${index}`, `GIT_CONFIG_VALUE_${index}`]) {
      entries[name] = environment[name] ?? "";
    }
  }
  return entries;
}
