import { readdir, readFile } from "node:fs/promises";

let present: Promise<ReadonlySet<number>> | null = null;
let next: Promise<ReadonlySet<number>> | null = null;

/**
 * The process groups of which nothing but zombies is left, as /proc has them; empty where there is no
 * /proc. One look answers all who ask before it begins: at a shutdown, many ask at once.
 */
export function deadGroups(): Promise<ReadonlySet<number>> {
  if (present === null) return begin();
  next ??= present.then(begin);
  return next;
}

function begin(): Promise<ReadonlySet<number>> {
  next = null;
  const looking = look().finally(() => {
    if (present === looking) present = null;
  });
  present = looking;
  return looking;
}

async function look(): Promise<ReadonlySet<number>> {
  const entries = await readdir("/proc").catch(() => []);
  const pids = entries.filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")),
  );
  const dead = new Set<number>();
  const living = new Set<number>();
  for (const line of lines) {
    // The name, in brackets, may hold anything. Behind it: state, parent, group.
    const [state, , group] = line.slice(line.lastIndexOf(")") + 2).split(" ");
    if (group === undefined) continue;
    (state === "Z" || state === "X" ? dead : living).add(Number(group));
  }
  for (const group of living) dead.delete(group);
  return dead;
}
