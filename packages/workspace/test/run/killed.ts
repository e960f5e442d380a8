import { leftoverProcesses, TEST_MARKER } from "@cluster/testkit";
import { execa } from "execa";

/** Where a program is to run. */
export interface KilledAt {
  readonly environment: Readonly<Record<string, string>>;
  readonly sample: { readonly path: string };
  readonly worktrees: string;
}

const BEGIN = `
  import { openRepository } from "@cluster/workspace";
  import { appendFile, mkdir, rm, writeFile } from "node:fs/promises";
  import { execFileSync } from "node:child_process";
  const [root, directory] = process.argv.slice(1);
  const repository = await openRepository(root, { directory });
  const here = (what = null) => {
    console.log(JSON.stringify(what));
    return new Promise(() => setInterval(() => {}, 1_000));
  };`;

/** Whether the gits that the program had started are killed with it. */
export interface KillOptions {
  readonly gits?: boolean;
  /** Called when the program is where it is to die. */
  readonly before?: () => Promise<unknown>;
}

/**
 * Runs a program that has `repository`, and `here(what)`, at which it is killed with -9. Gives `what`.
 */
export async function killed(
  at: KilledAt,
  body: string,
  { gits = false, before }: KillOptions = {},
): Promise<unknown> {
  const marker = `killed-${process.pid}-${Math.random()}`;
  const args = ["--conditions=@cluster/source", "--input-type=module-typescript", "-e"];
  const child = execa(process.execPath, [...args, BEGIN + body, at.sample.path, at.worktrees], {
    cwd: import.meta.dirname,
    env: { ...at.environment, [TEST_MARKER]: marker },
    reject: false,
  });
  for await (const line of child) {
    await before?.();
    const others = gits ? leftoverProcesses(marker) : [];
    child.kill("SIGKILL");
    for (const { pid } of others) kill(pid);
    await child;
    return JSON.parse(line);
  }
  throw new Error(`The program ended by itself: ${(await child).stderr}`);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended with the program.
  }
}
