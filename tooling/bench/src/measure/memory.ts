const KIB = 1024;

/** What this process holds, once everything that nobody needs is gone. */
export async function settledMemory(): Promise<{ readonly rss: number; readonly heap: number }> {
  for (let pass = 0; pass < 3; pass += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { rss, heapUsed } = process.memoryUsage();
  return { rss, heap: heapUsed };
}

/** The most that this process has ever held, in bytes. */
export function peakMemory(): number {
  return process.resourceUsage().maxRSS * KIB;
}
