import { execa } from "execa";

/**
 * Runs a program of the benchmarks in a process of its own, whose memory nobody else has touched, and
 * returns what it prints: one value of JSON. The program can collect garbage when it wants to.
 */
export async function inFreshProcess(program: URL, setting: object): Promise<unknown> {
  const { stdout } = await execa(
    process.execPath,
    ["--conditions=@cluster/source", "--expose-gc", program.pathname, JSON.stringify(setting)],
    { stderr: "inherit" },
  );
  return JSON.parse(stdout);
}

/** What {@link inFreshProcess} was given. */
export function settingOf<Setting>(): Setting {
  return JSON.parse(process.argv[2] ?? "{}") as Setting;
}
