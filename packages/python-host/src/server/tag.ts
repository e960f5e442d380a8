import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";

const CHILD_BITS = 20n;
/** Far beyond every limit that anybody would set, and far below infinity. */
const BASE = 1n << 62n;
const LIMIT_LINE = /^Max realtime timeout +(\d+)/m;
const ROUNDS = 50;

/**
 * Marks for all processes of one server, which they inherit as a limit that stops nobody (see linux.py):
 * the one thing that tells, unlike a group, a session or a parent, also of those that ran away.
 */
export class Tags {
  readonly #server = BASE + (BigInt(randomBytes(4).readUInt32LE()) << CHILD_BITS);

  of(child: number): string {
    return String(this.#server + (BigInt(child) & ((1n << CHILD_BITS) - 1n)));
  }

  /** Kills a process and its group, unless it is gone and its pid somebody else's. */
  killGroup(pid: number): void {
    try {
      if (this.#marks(readFileSync(`/proc/${pid}/limits`, "latin1"))) kill(-pid);
    } catch {
      // It has just ended.
    }
  }

  /** Kills every process of this server, until none is found. */
  async killAll(): Promise<void> {
    for (let round = 0; round < ROUNDS; round += 1) {
      const pids = await this.#living();
      if (pids.length === 0) return;
      for (const pid of pids) kill(pid);
    }
  }

  async #living(): Promise<number[]> {
    const all = await readdir("/proc").catch(() => []);
    const names = all.filter((name) => /^\d+$/.test(name));
    const found = await Promise.all(
      names.map(async (name) => ((await this.#isOurs(name)) ? Number(name) : 0)),
    );
    return found.filter((pid) => pid !== 0);
  }

  #marks(limits: string): boolean {
    const [, tag] = LIMIT_LINE.exec(limits) ?? [];
    return tag !== undefined && BigInt(tag) >> CHILD_BITS === this.#server >> CHILD_BITS;
  }

  async #isOurs(name: string): Promise<boolean> {
    const limits = await readFile(`/proc/${name}/limits`, "latin1").catch(() => "");
    if (!this.#marks(limits)) return false;
    const stat = await readFile(`/proc/${name}/stat`, "latin1").catch(() => "");
    return stat !== "" && !/\) [ZX] /.test(stat);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has just ended.
  }
}
