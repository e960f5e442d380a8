import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { growth } from "./growth.ts";

const program = fileURLToPath(new URL("./main.ts", import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

function soak(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, ["--conditions=@cluster/source", program, ...args], {
    env: { ...process.env, ...env },
  });
  return { child, ended: collect(child) };
}

async function collect(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
  }
  const [code] = await once(child, "close");
  return { code, output };
}

describe("npm run soak", () => {
  test("explores for as long as it was told, and sums up", async () => {
    const { code, output } = await soak(["--minutes", "0.05", "--processes", "1"]).ended;
    expect(output).toMatch(/1 \w+ seed \d+: \d+ steps, .* descriptors, well/);
    expect(output).toMatch(/\d+ steps in \d+ rounds, .* minutes, 1 processes\n.*run \d+/);
    expect(output).toMatch(/process 1: heap .* → .*, rss .* → .*, descriptors/);
    expect(code).toBe(0);
  });

  test("stops at the first rule that is broken, exits with 1, and the line that it prints shows it again", async () => {
    // A pool that has to be at rest at once breaks its promise.
    const hurry = { CLUSTER_PATIENCE_MS: "0" };
    const { code, output } = await soak(["--processes", "1"], hurry).ended;
    expect(output).toContain("BROKEN: it does not come to rest: ");
    expect(code).toBe(1);
    const [, args = ""] = /^npm run soak -- (.*)$/m.exec(output) ?? [];
    expect(args).toMatch(/^--mix \w+ --seed \d+ --path [\d:]+ --replay \S+$/);
    const again = await soak(args.split(" "), hurry).ended;
    expect(again.output).toContain("BROKEN: it does not come to rest: ");
    expect(again.code).toBe(1);
  });

  test("ends at ^C with the summary", async () => {
    const { child, ended } = soak(["--processes", "1"]);
    await once(child.stdout, "data");
    child.kill("SIGINT");
    const { code, output } = await ended;
    expect(output).toMatch(/Ending with the present rounds …[\s\S]*steps in \d+ rounds/);
    expect(code).toBe(0);
  });

  test("says what there is, and what is wrong with its arguments", async () => {
    const help = await soak(["--help"]).ended;
    expect(help).toMatchObject({ code: 0, output: expect.stringContaining("--minutes N") });
    const wrong = await soak(["--minutes", "soon"]).ended;
    expect(wrong.output).toContain("--minutes: expected a number greater than 0, found soon.");
    expect(wrong.code).toBe(2);
  });
});

describe("growth", () => {
  const slack = { factor: 1.2, plus: 1 };

  test("tells a slope from a noise, and from a first rise", () => {
    const noise = Array.from({ length: 60 }, (_, n) => 100 + (n % 7));
    expect(growth(noise, slack)).toMatchObject({ grows: false });
    expect(growth([10, 20, 40, 60, 80, ...noise], slack)).toMatchObject({ grows: false });
    const slope = noise.map((value, n) => value + n);
    expect(growth(slope, slack)).toMatchObject({ grows: true });
  });

  test("says nothing of a few rounds", () => {
    expect(growth([1, 2, 3], slack)).toBeNull();
  });
});
