import { readdirSync, readFileSync } from "node:fs";

/**
 * The living processes of a session: a shell with job control gives every job a group of its own, and
 * they have only the session in common. Linux only; elsewhere none is found.
 */
export function sessionMembers(leader: number): number[] {
  if (process.platform !== "linux") return [];
  return processes()
    .map(Number)
    .filter((pid) => pid > 0)
    .filter((pid) => {
      const stat = readStat(pid);
      return stat !== null && stat.session === leader && stat.state !== "Z" && stat.state !== "X";
    });
}

/** None where they cannot be listed: no /proc, or no descriptor left to read it with. */
function processes(): readonly string[] {
  try {
    return readdirSync("/proc");
  } catch {
    return [];
  }
}

/** The group that its terminal takes for the foreground; on other systems than Linux its own. */
export function foregroundGroup(leader: number): number {
  const group = readStat(leader)?.foreground ?? -1;
  return group > 0 ? group : leader;
}

function readStat(
  pid: number,
): { readonly state: string; readonly session: number; readonly foreground: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // Behind the name, which may itself hold brackets: state, parent, group, session, terminal, its
    // foreground group.
    const [state = "", , , session, , foreground] = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ");
    return { state, session: Number(session), foreground: Number(foreground) };
  } catch {
    return null;
  }
}
