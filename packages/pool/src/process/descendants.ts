import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay, setImmediate as nextPass } from "node:timers/promises";
import { markersIn } from "./marker.ts";
import { identifyFromProc } from "./process-identity.ts";

/** So many are looked at before the event loop has its turn. */
const SLICE = 32;
/** Looks take at most this share of the time, unless somebody waits for one. */
const SHARE = 0.05;
const LEAST_PAUSE_MS = 50;
/** What was killed is looked for again after this long, so often. */
const AGAIN_MS = 5;
const TRIES = 100;

interface Request {
  readonly marker: string;
  resolve(killed: number): void;
}

/** By marker: the pids, and when each had started. */
type Killed = ReadonlyMap<string, Map<number, string | undefined>>;

let requests: Request[] = [];
let timer: NodeJS.Timeout | null = null;
let looking = false;
let hurried = false;
/** When the next look may begin without taking more than its share. */
let notBefore = 0;

/**
 * Ends every process that carries a marker, also in a session of its own, and resolves with their
 * number when none is left. Many requests are one look through /proc, and it takes its time: see
 * {@link hurryDescendants}. Where there is no /proc it finds nothing.
 */
export function endDescendants(marker: string): Promise<number> {
  if (process.platform !== "linux") return Promise.resolve(0);
  return new Promise((resolve) => {
    requests.push({ marker, resolve });
    schedule();
  });
}

/** Somebody waits for the end of what {@link endDescendants} was asked for. */
export function hurryDescendants(): void {
  hurried = true;
  schedule();
}

function schedule(): void {
  if (looking || requests.length === 0) return;
  if (timer !== null) clearTimeout(timer);
  const wait = hurried ? 0 : Math.max(LEAST_PAUSE_MS, notBefore - performance.now());
  timer = setTimeout(() => void look(), wait);
}

async function look(): Promise<void> {
  const answered = requests;
  requests = [];
  timer = null;
  hurried = false;
  looking = true;
  const began = performance.now();
  const killed: Killed = new Map(answered.map(({ marker }) => [marker, new Map()]));
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (!(await killCarriers(killed)) && allDead(killed)) break;
    await delay(AGAIN_MS);
  }
  looking = false;
  notBefore = performance.now() + (performance.now() - began) / SHARE;
  for (const { marker, resolve } of answered) resolve(killed.get(marker)?.size ?? 0);
  schedule();
}

/** Returns whether there was one. */
async function killCarriers(killed: Killed): Promise<boolean> {
  let found = false;
  let looked = 0;
  for (const name of processes()) {
    const pid = Number(name);
    if (!(pid > 0) || pid === process.pid) continue;
    looked += 1;
    if (looked % SLICE === 0) await nextPass();
    for (const marker of markersOf(pid)) {
      const pids = killed.get(marker);
      if (pids === undefined) continue;
      found = true;
      pids.set(pid, identifyFromProc(pid)?.started);
      // In the same breath as it was read: nobody else can have got its pid.
      kill(pid);
    }
  }
  return found;
}

/** One that dies has no environment any more some time before it is dead. */
function allDead(killed: Killed): boolean {
  const all = [...killed.values()].flatMap((pids) => [...pids]);
  return all.every(([pid, started]) => {
    const now = identifyFromProc(pid);
    return now === null || now.started !== started;
  });
}

function processes(): readonly string[] {
  try {
    return readdirSync("/proc");
  } catch {
    // A sandbox may have no /proc.
    return [];
  }
}

/** None for a zombie, and for what belongs to somebody else. */
function markersOf(pid: number): readonly string[] {
  try {
    return markersIn(readFileSync(`/proc/${pid}/environ`));
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has gone by itself.
  }
}
