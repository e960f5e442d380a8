import type { z } from "zod";
import { usageError } from "../exit/cli-error.ts";
import type { ClusterConfig } from "./config.ts";
import { nearest } from "./nearest.ts";
import { CONFIG_KEYS, configSchema } from "./schema.ts";

type Issue = z.core.$ZodIssue;

const BUILT_IN_KEYS = ["use", "executable", "args"];

function at(path: readonly PropertyKey[], value: unknown): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Record<PropertyKey, unknown>)[key];
  }
  return found;
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "function") return "a function";
  const json = JSON.stringify(value);
  return json.length > 60 ? `${json.slice(0, 57)}...` : json;
}

function wrongKeys(keys: readonly string[], path: readonly PropertyKey[]): string {
  const known = path.length === 0 ? CONFIG_KEYS : BUILT_IN_KEYS;
  const where = path.length === 0 ? "" : ` in ${path.join(".")}`;
  return keys
    .map((key) => {
      const meant = nearest(key, known);
      const hint = meant === undefined ? "" : ` Did you mean "${meant}"?`;
      return `"${key}"${where} is not a key of the configuration.${hint} Allowed: ${known.join(", ")}.`;
    })
    .join("\n");
}

/** The issue of a union's branch that was plainly meant: a wrong key of `{ use: … }`. */
function meantBranch(issue: Issue): Issue | undefined {
  if (issue.code !== "invalid_union") return undefined;
  const branch = issue.errors.find((inner) =>
    inner.every(({ code }) => code === "unrecognized_keys"),
  );
  const found = branch?.[0];
  return found && { ...found, path: [...issue.path, ...found.path] };
}

function describe(issue: Issue, config: unknown): string {
  const meant = meantBranch(issue) ?? issue;
  if (meant.code === "unrecognized_keys") return wrongKeys(meant.keys, meant.path);
  if (meant.path.length === 0) {
    return `A configuration is an object with keys such as workers; found ${shown(config)}.`;
  }
  const problem = meant.message.replace(/^Invalid input: /, "").replace(/^Too small: /, "");
  return `${meant.path.join(".")}: ${problem}; found ${shown(at(meant.path, config))}.`;
}

/**
 * The configuration of `file`, checked.
 * @throws {CliError} usage, with the file, the key, what is allowed and the nearest key.
 */
export function validateConfig(config: unknown, file: string): ClusterConfig {
  const result = configSchema.safeParse(config);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => describe(issue, config));
  throw usageError(`${file}: ${problems.join("\n")}`);
}
