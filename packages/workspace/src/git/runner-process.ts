// The other side of `separate-runner.ts`: a small process that starts git for a large one.

import { runGitHere } from "./run-git.ts";
import type { RunnerReply, RunnerRequest } from "./runner-messages.ts";

const running = new Map<number, AbortController>();

process.on("message", (message: RunnerRequest) => {
  if (message.kind === "cancel") {
    running.get(message.id)?.abort();
    return;
  }
  const { id, request } = message;
  const controller = new AbortController();
  running.set(id, controller);
  void runGitHere(request, controller.signal).then(
    (outcome) => reply({ id, outcome }),
    (error: unknown) => reply({ id, failure: String(error) }),
  );
});

// Whoever asked is gone: what still runs for it ends too.
process.on("disconnect", () => {
  for (const controller of running.values()) controller.abort();
  if (running.size === 0) process.exit(0);
});

function reply(message: RunnerReply): void {
  running.delete(message.id);
  if (process.connected) process.send?.(message);
  else if (running.size === 0) process.exit(0);
}
