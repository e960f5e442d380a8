import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type TemporaryFolder, temporaryFolder, waitFor } from "@cluster/testkit";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import {
  createPool,
  lineProtocol,
  type PoolEvent,
  redactor,
  type ToolAdapter,
} from "../../src/index.ts";
import { redaction } from "../../src/transcript/redactor.ts";
import { TranscriptChannel } from "../../src/transcript/transcript-channel.ts";
import { expectNoProcessLeft, jsonLines, markedEnvironment, rejection } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

async function transcript(folder: TemporaryFolder, instance = 0): Promise<string> {
  return readFile(join(folder.path, "transcripts", `instance-${instance}.log`), "utf8");
}

const shell: ToolAdapter = {
  name: "sh",
  command: () => ({ file: "sh", env: markedEnvironment }),
  connect: lineProtocol({
    sentinel: { command: (nonce) => `echo ${nonce}\n`, output: (nonce) => `${nonce}\n` },
  }),
};

test("all that an instance is told and says is in its file, for its owner alone", async () => {
  await using folder = await temporaryFolder();
  const transcripts = join(folder.path, "transcripts");
  {
    await using pool = createPool({ adapter: jsonLines(), transcripts, size: 2 });
    await pool.run({ echo: "grüße" }, { instance: 0 });
    await rejection(pool.run({ exit: 3 }, { instance: 0 }));
    await pool.restart(0);
    await pool.run({ echo: "again" }, { instance: 0 });
  }
  const lines = (await transcript(folder)).trimEnd().split("\n");
  const time = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`;
  for (const line of lines) expect(line).toMatch(new RegExp(`^${time} (in |out|err|-- )\\| `));
  const told = lines.map((line) => line.replace(/^\S+ /, ""));
  expect(told).toContain('in | {"id":1,"request":{"echo":"grüße"}}');
  expect(told).toContain('out| {"id":1,"result":"grüße"}');
  expect(told).toContain('in | {"id":2,"request":{"exit":3}}');
  expect(told.filter((line) => line.startsWith("-- | process ")).length).toBeGreaterThan(1);
  expect(await transcript(folder, 1)).not.toContain("grüße");
  expect((await stat(transcripts)).mode & 0o777).toBe(0o700);
  expect((await stat(join(transcripts, "instance-0.log"))).mode & 0o777).toBe(0o600);
});

test("the end of a line that never ended is there too", async () => {
  await using folder = await temporaryFolder();
  {
    await using pool = createPool({
      adapter: shell,
      transcripts: join(folder.path, "transcripts"),
    });
    await pool.run("printf 'last words' >&2");
  }
  expect(await transcript(folder)).toContain("err| last words\n");
});

test("a secret is in no transcript, event or error, whatever it is split over", async () => {
  await using folder = await temporaryFolder();
  const secret = "sk-very-secret-value";
  const events: PoolEvent[] = [];
  {
    await using pool = createPool({
      adapter: shell,
      transcripts: join(folder.path, "transcripts"),
      secrets: [secret],
    });
    pool.subscribe((event) => events.push(event));
    await pool.run(`printf 'sk-very-'; sleep 0.05; printf 'secret-value\\n'`);
    expect(await pool.run(`echo ${secret}`)).toBe(secret);
    const error = await rejection(pool.run(`echo "bad key ${secret}" >&2; exit 1`));
    expect(error.message).toContain("bad key [redacted]");
    expect(error.stderr).toBe("bad key [redacted]");
  }
  const text = await transcript(folder);
  expect(text).toContain("[redacted]");
  expect(text).not.toContain(secret);
  expect(JSON.stringify(events)).not.toContain(secret);
  const told = events.map((event) =>
    event.type === "turn.progress" && event.event.type === "text" ? event.event.text : "",
  );
  expect(told.join("")).not.toContain(secret);
  expect(told.join("")).toContain("[redacted]");
  expect(JSON.stringify(events)).toContain("bad key [redacted]");
});

test("a flood goes through at the speed of the disk and is complete", async () => {
  await using folder = await temporaryFolder();
  {
    await using pool = createPool({
      adapter: shell,
      transcripts: join(folder.path, "transcripts"),
    });
    const answer = await pool.run("head -c 8000000 /dev/zero | tr '\\0' x | fold -w 100; echo end");
    expect(answer).toHaveLength(8_080_002);
    expect(await pool.run("echo next")).toBe("next");
  }
  const text = await transcript(folder);
  expect(text.match(/x{100}/g)).toHaveLength(80_000);
  expect(text).toContain("out| next\n");
}, 20_000);

test("a tool waits for a disk that is slower than it", async () => {
  await using folder = await temporaryFolder();
  const transcripts = join(folder.path, "transcripts");
  await mkdir(transcripts);
  const file = join(transcripts, "instance-0.log");
  execFileSync("sh", ["-c", 'mkfifo "$0"', file]);
  // A disk that takes nothing until it is told to.
  const disk = spawn("sh", ["-c", 'exec 3<"$0"; read go; exec cat <&3', file], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  {
    await using pool = createPool({ adapter: shell, transcripts });
    const turn = pool.run("head -c 8000000 /dev/zero | tr '\\0' x | fold -w 100; echo end");
    let told = 0;
    const reading = (async () => {
      for await (const event of turn) if (event.type === "text") told += event.text.length;
    })();
    await waitFor(() => told > 0, { what: "the first output" });
    // The pipe holds 64 KiB, and so does the file's buffer; the rest must wait in the tool.
    let [before, looks] = [-1, 0];
    const stands = (): boolean => {
      looks = told === before ? looks + 1 : 0;
      before = told;
      return looks >= 5;
    };
    await waitFor(stands, { what: "the output to come to a stand" });
    expect(told).toBeLessThan(2_000_000);
    disk.stdin.write("go\n");
    await reading;
    expect((await turn).length).toBe(8_080_002);
  }
  await once(disk, "exit");
});

test("a file that cannot be written ends the transcript with a warning, and not the work", async () => {
  await using folder = await temporaryFolder();
  const transcripts = join(folder.path, "transcripts");
  await mkdir(join(transcripts, "instance-0.log"), { recursive: true });
  const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
  await using pool = createPool({ adapter: jsonLines(), transcripts });
  expect(await pool.run({ echo: 1 })).toBe(1);
  expect((await warned).message).toMatch(/instance-0\.log ends here: EISDIR/);
  expect(await pool.run({ echo: 2 })).toBe(2);
});

describe("TranscriptChannel", () => {
  const secret = "abcabcabd";

  test("never passes a secret on, however the text is cut", () => {
    const text = fc.array(fc.constantFrom("a", "b", "c", "d", secret, "\n", "ä"), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(text, fc.array(fc.nat(200), { maxLength: 8 }), (parts, cuts) => {
        const bytes = Buffer.from(parts.join(""));
        const lines: string[] = [];
        const channel = new TranscriptChannel(redaction([secret]), (more, goesOn) => {
          expect(goesOn).toBe(false);
          lines.push(...more);
          return true;
        });
        const places = [0, ...cuts.map((at) => Math.min(at, bytes.length)), bytes.length].sort(
          (a, b) => a - b,
        );
        for (const [n, from] of places.entries()) channel.push(bytes.subarray(from, places[n + 1]));
        channel.end();
        channel.end();
        const expected = bytes.toString().split("\n").join("\n").replaceAll(secret, "[redacted]");
        expect(lines.join("\n")).toBe(expected.replace(/\n$/, ""));
      }),
      { numRuns: 1_000 },
    );
  });

  test("finds a secret where a very long line is cut", () => {
    for (const before of [65_530, 65_536, 65_540]) {
      const lines: string[] = [];
      const channel = new TranscriptChannel(redaction([secret]), (more) => {
        lines.push(...more);
        return true;
      });
      for (const chunk of [
        "x".repeat(before),
        secret.slice(0, 4),
        secret.slice(4),
        "y".repeat(70_000),
      ]) {
        channel.push(Buffer.from(chunk));
      }
      channel.end();
      expect(lines.join("")).toBe(`${"x".repeat(before)}[redacted]${"y".repeat(70_000)}`);
    }
  });
});

describe("redactor", () => {
  test("takes the longest secret first, and secrets as JSON writes them", () => {
    const redact = redactor(["secret-1", "secret-12", 'with "quotes"']);
    expect(redact("secret-12 secret-1")).toBe("[redacted] [redacted]");
    expect(redact(JSON.stringify({ key: 'with "quotes"' }))).toBe('{"key":"[redacted]"}');
  });

  test("takes each line of a secret of several lines", () => {
    const redact = redactor(["-----BEGIN KEY-----\nMIIEvQIBADANBg\n-----END KEY-----"]);
    expect(redact("line MIIEvQIBADANBg")).toBe("line [redacted]");
  });

  test("leaves short values alone", () => {
    expect(redactor(["abc", ""])("abc abc")).toBe("abc abc");
  });
});
