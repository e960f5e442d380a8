import { SerialQueue } from "./serial-queue.ts";

const queues = new Map<string, WeakRef<SerialQueue>>();

/**
 * The queue of one repository for everything in this process, however often the repository was opened:
 * what changes metadata that all its worktrees share goes through it. Other processes are kept apart
 * by git's own locks.
 */
export function repositoryQueue(commonDir: string): SerialQueue {
  const known = queues.get(commonDir)?.deref();
  if (known !== undefined) return known;
  const queue = new SerialQueue();
  queues.set(commonDir, new WeakRef(queue));
  return queue;
}
