import type { CompiledOptions } from "../options.ts";

/** What the options ask of aider, in its own words; what the caller gave raw comes last and wins. */
export function chosenArguments(options: CompiledOptions): string[] {
  return [
    ...(options.model === null ? [] : ["--model", options.model]),
    ...(options.editFormat === null ? [] : ["--edit-format", options.editFormat]),
    ...(options.modelTimeoutMs === null
      ? []
      : ["--timeout", String(Math.ceil(options.modelTimeoutMs / 1000))]),
    ...options.extraArguments,
  ];
}

/**
 * Arguments for aider's own command line. It cannot be given defaults that are weaker than the user's
 * configuration, so here more of that is overridden than by the driver (python/cluster_aider/settings.py).
 */
export function commandLineArguments(options: CompiledOptions): string[] {
  return [
    "--map-tokens=0",
    "--no-auto-lint",
    "--max-chat-history-tokens=1000000",
    "--timeout=300",
    ...chosenArguments(options),
    "--no-auto-commits",
    "--no-dirty-commits",
    "--no-gitignore",
    "--no-stream",
    "--no-pretty",
    "--no-fancy-input",
    "--no-multiline",
    "--no-notifications",
    "--no-check-update",
    "--no-show-release-notes",
    "--show-model-warnings",
    "--no-analytics",
    "--no-restore-chat-history",
    "--no-watch-files",
    "--no-copy-paste",
    "--no-browser",
    "--no-detect-urls",
    "--disable-playwright",
    options.permissions.commands === true
      ? "--suggest-shell-commands"
      : "--no-suggest-shell-commands",
    "--chat-history-file=/dev/null",
    "--input-history-file=/dev/null",
  ];
}
