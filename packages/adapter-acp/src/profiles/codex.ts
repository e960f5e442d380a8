import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { record } from "../proof/usage.ts";
import type { AgentLogin, AgentProfile, Proof, TurnEvidence } from "./profile.ts";

const ENVIRONMENT = ["CODEX_*", "OPENAI_*", "AZURE_*"];

/**
 * Each edit is asked for, wherever it is. In its other modes codex edits what lies in the workspace unasked
 * where it has a sandbox, and the second adapter what lies in the folder for temporary files as well.
 */
const ASKING_MODE = "read-only";

/** Neither adapter has a log-in of its own. */
const ELSEWHERE =
  "log in with OpenAI's own codex program (npm install --global @openai/codex, codex login), whose ~/.codex/auth.json it uses";

const LOGIN: AgentLogin = {
  variables: ["OPENAI_API_KEY", "CODEX_API_KEY"],
  files: [".codex/auth.json"],
  remedy: `export OPENAI_API_KEY=…, or ${ELSEWHERE}`,
  method: keyMethod,
};

/** Where a key is only in the environment, codex uses it when it is told to, and keeps it in `auth.json` then. */
const KEPT_NOWHERE = ["-c", 'cli_auth_credentials_store="ephemeral"'];

/** A log-in that the user has, or a provider of their own, is theirs to use. */
function keyMethod(environment: Readonly<Record<string, string>>): string | null {
  const { HOME = homedir(), OPENAI_API_KEY, CODEX_API_KEY } = environment;
  const folder = environment.CODEX_HOME ?? join(HOME, ".codex");
  if (existsSync(join(folder, "auth.json"))) return null;
  if (/cli_auth_credentials_store|model_provider/.test(textOf(join(folder, "config.toml")))) {
    return null;
  }
  if (OPENAI_API_KEY) return "openai-api-key";
  return CODEX_API_KEY ? "codex-api-key" : null;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** codex by Zed's adapter. Failures are errors of the protocol; tokens are told as an update. */
export const codex: AgentProfile = {
  name: "codex",
  command: "codex-acp",
  environment: ENVIRONMENT,
  prepare: ({ environment, model }) => ({
    arguments: [
      ...(keyMethod(environment) === null ? [] : KEPT_NOWHERE),
      ...(model === null ? [] : ["-c", `model=${toml(model)}`]),
    ],
  }),
  mode: ASKING_MODE,
  proof: ({ contextTokens }) => ((contextTokens ?? 0) > 0 ? "proven" : "unproven"),
  ends: "sigterm",
  login: LOGIN,
  package: {
    name: "@zed-industries/codex-acp",
    version: "0.16.0",
    licence: "Apache-2.0",
    megabytes: 223,
    // Its own bin is a script of Node that starts this and waits.
    program: `@zed-industries/codex-acp-${process.platform}-${process.arch}/bin/codex-acp`,
  },
};

/**
 * codex by the protocol's own adapter, which reports a failed turn as a normal end, with the error as
 * its words.
 */
export const codexAcp2: AgentProfile = {
  name: "codex-acp-2",
  command: "codex-acp",
  environment: ENVIRONMENT,
  // After each turn it would have its model guess what the user is about to say.
  variables: { CODEX_ACP_PROMPT_SUGGESTIONS: "false" },
  mode: ASKING_MODE,
  naming: "session/set_title",
  proof: paidAndHealthy,
  // At the end of its input codex itself goes in 20 ms, and the adapter waits for a timer of two seconds.
  ends: "sigterm",
  // A key of the environment it takes only from a client that sends it along.
  login: {
    variables: [],
    files: LOGIN.files,
    remedy: `${ELSEWHERE}, or take the tool codex, which uses OPENAI_API_KEY`,
  },
  package: {
    name: "@agentclientprotocol/codex-acp",
    version: "2.6.0",
    licence: "Apache-2.0",
    megabytes: 457,
  },
};

function paidAndHealthy({ usage, sessionMeta }: TurnEvidence): Proof {
  const status = record(sessionMeta.codex).threadStatus;
  const kind = typeof status === "string" ? status : record(status).type;
  if (kind === "systemError") return "failed";
  return usage !== null && usage.outputTokens > 0 ? "proven" : "failed";
}

function toml(text: string): string {
  return JSON.stringify(text);
}
