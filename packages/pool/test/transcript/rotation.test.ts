import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TemporaryFolder, temporaryFolder, waitFor } from "@cluster/testkit";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import {
  createPool,
  lineProtocol,
  type ToolAdapter,
  type TranscriptPosition,
} from "../../src/index.ts";
import { redaction } from "../../src/transcript/redactor.ts";
import { Transcript } from "../../src/transcript/transcript.ts";
import { TranscriptFiles } from "../../src/transcript/transcript-files.ts";
import { expectNoProcessLeft, jsonLines, markedEnvironment } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

const shell: ToolAdapter = {
  name: "sh",
  command: () => ({ file: "sh", env: markedEnvironment }),
  connect: lineProtocol({
    sentinel: { command: (nonce) => `echo ${nonce}\n`, output: (nonce) => `${nonce}\n` },
  }),
};

const entry = /^\d{4}-\d\d-\d\dT[\d:.]+Z (in |out|err|-- )[|+] /;

/** The files of an instance, the oldest first, each with its text. */
async function files(folder: string, instance = 0): Promise<{ name: string; text: string }[]> {
  const pattern = new RegExp(`^instance-${instance}(\\.\\d+)?\\.log$`);
  const age = (name: string): number => Number(/\.(\d+)\.log$/.exec(name)?.[1] ?? 0);
  const names = (await readdir(folder)).filter((name) => pattern.test(name));
  names.sort((one, other) => age(one) - age(other));
  return Promise.all(
    names.map(async (name) => ({ name, text: await readFile(join(folder, name), "utf8") })),
  );
}

/** What a channel said, put together again over entries and files. */
function said(texts: readonly string[], channel: string): string {
  const entries = texts.join("").split("\n").slice(0, -1);
  let all = "";
  for (const line of entries) {
    expect(line).toMatch(entry);
    const [, name, mark, text] = /^\S+ (...)(.) ([\s\S]*)$/.exec(line) ?? [];
    if (name === channel) all += mark === "+" ? text : `${text}\n`;
  }
  return all;
}

function transcript(folder: string, maxBytes: number, maxFiles: number, secrets: string[] = []) {
  const place = { folder, rotation: { maxBytes, maxFiles } };
  return new Transcript(place, 0, redaction(secrets), () => Date.UTC(2026, 0, 1));
}

test("a flood takes no more room than it may, and its end is there, whole and in order", async () => {
  await using folder = await temporaryFolder();
  const rotation = { folder: folder.path, maxBytes: 50_000, maxFiles: 3 };
  {
    await using pool = createPool({ adapter: shell, transcripts: rotation });
    expect(await pool.run("seq 100000 199999")).toHaveLength(7 * 100_000 - 1);
    expect(await pool.run("echo next")).toBe("next");
  }
  const found = await files(folder.path);
  expect(found).toHaveLength(3);
  for (const { text } of found) {
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(50_000);
    expect(text.endsWith("\n")).toBe(true);
  }
  for (const { name } of found)
    expect((await stat(join(folder.path, name))).mode & 0o777).toBe(0o600);
  const lines = said(
    found.map(({ text }) => text),
    "out",
  ).split("\n");
  const numbers = lines.filter((line) => /^1\d{5}$/.test(line)).map(Number);
  const [first = 0] = numbers;
  expect(numbers).toEqual(Array.from({ length: 200_000 - first }, (_, n) => first + n));
  expect(lines).toContain("next");
});

test("a lease knows where its turns stand, over the files and after earlier pools", async () => {
  await using folder = await temporaryFolder();
  const part = async (from: TranscriptPosition | null, to: TranscriptPosition | null) => {
    const text = await readFile(to?.path ?? "");
    return text.subarray(from?.path === to?.path ? from?.offset : 0, to?.offset).toString();
  };
  for (const transcripts of [
    folder.path,
    { folder: join(folder.path, "in-files"), maxBytes: 4_096 },
  ]) {
    for (const name of ["first", "second"]) {
      let from: TranscriptPosition | null;
      let to: TranscriptPosition | null;
      {
        await using pool = createPool({ adapter: shell, transcripts });
        await using lease = await pool.lease();
        await lease.run("seq 1 200");
        from = lease.transcript;
        await lease.run(`echo ${name}`);
        to = lease.transcript;
        await lease.run("echo afterwards");
      }
      const text = await part(from, to);
      expect(text).toContain(`echo ${name}`);
      expect(text).not.toContain("200\n");
      expect(text).not.toContain("afterwards");
      expect(text.endsWith("\n")).toBe(true);
    }
  }
  await using pool = createPool({ adapter: shell });
  await using lease = await pool.lease();
  expect(lease.transcript).toBeNull();
});

test("what earlier pools wrote stays as it is until it is the oldest", async () => {
  await using folder = await temporaryFolder();
  const run = async (text: string): Promise<void> => {
    await using pool = createPool({
      adapter: jsonLines(),
      transcripts: { folder: folder.path, maxFiles: 3 },
    });
    await pool.run({ echo: text });
  };
  await writeFile(join(folder.path, "instance-00.log"), "not ours");
  await writeFile(join(folder.path, "instance-0.log.gz"), "not ours");
  for (const text of ["first", "second", "third"]) await run(text);
  const three = await files(folder.path);
  expect(three.map(({ name }) => name)).toEqual([
    "instance-0.log",
    "instance-0.1.log",
    "instance-0.2.log",
  ]);
  for (const [n, text] of ["first", "second", "third"].entries()) {
    expect(three[n]?.text).toContain(`out| {"id":1,"result":"${text}"}\n`);
  }
  await run("fourth");
  const later = await files(folder.path);
  expect(later.map(({ name }) => name)).toEqual([
    "instance-0.1.log",
    "instance-0.2.log",
    "instance-0.3.log",
  ]);
  expect(later.slice(0, 2)).toEqual(three.slice(1));
  expect(await readFile(join(folder.path, "instance-0.log.gz"), "utf8")).toBe("not ours");
  expect(await readFile(join(folder.path, "instance-00.log"), "utf8")).toBe("not ours");
});

test("two pools with one folder write into files of their own", async () => {
  await using folder = await temporaryFolder();
  const transcripts = { folder: folder.path, maxBytes: 5_000, maxFiles: 50 };
  {
    await using one = createPool({ adapter: shell, transcripts });
    await using other = createPool({ adapter: shell, transcripts });
    await Promise.all([one.run("seq -f one%g 300"), other.run("seq -f other%g 300")]);
  }
  const found = await files(folder.path);
  expect(found.length).toBeGreaterThan(4);
  for (const { text } of found) {
    expect(text.includes("| one") && text.includes("| other")).toBe(false);
  }
});

test("a line that is longer than a file goes over several entries and can be put together", async () => {
  await using folder = await temporaryFolder();
  const log = transcript(folder.path, 4096, 1_000);
  const channel = log.channel("out");
  const long = "äö🎻".repeat(20_000);
  channel.push(Buffer.from(`before\n${long}\nafter\n${long}`));
  channel.end();
  await log.close();
  const texts = (await files(folder.path)).map(({ text }) => text);
  for (const text of texts) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4096);
  expect(said(texts, "out")).toBe(`before\n${long}\nafter\n${long}\n`);
});

test("whatever is printed, every file is within its bound and nothing but the oldest is missing", async () => {
  await using folder = await temporaryFolder();
  const secret = "sk-secret-value";
  const piece = fc.oneof(
    fc.string({ maxLength: 200, unit: "binary" }).map((text) => text.replaceAll("\n", "")),
    fc.constantFrom("\n", secret, "x".repeat(5_000), "€".repeat(3_000)),
  );
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 60 }), fc.nat(4_000), async (pieces, cut) => {
      round += 1;
      const place = join(folder.path, String(round));
      await mkdir(place);
      const log = transcript(place, 4096 + cut, 4, [secret]);
      const channel = log.channel("out");
      // The last code unit of a piece may be half a character: bytes are what a tool prints.
      const bytes = Buffer.from(pieces.join(""));
      for (let at = 0; at < bytes.length; at += 1_999) channel.push(bytes.subarray(at, at + 1_999));
      channel.end();
      await log.close();
      const found = await files(place);
      expect(found.length).toBeLessThanOrEqual(4);
      for (const { text } of found) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4096 + cut);
      const told = said(
        found.map(({ text }) => text),
        "out",
      );
      const whole = `${bytes.toString().replaceAll(secret, "[redacted]")}\n`.replace(/\n\n$/, "\n");
      expect(bytes.length === 0 || whole.endsWith(told)).toBe(true);
      if (found.length < 4 && bytes.length > 0) expect(told).toBe(whole);
      expect(told).not.toContain(secret);
    }),
    { numRuns: 100 },
  );
}, 60_000);

test("a rest is wanted while an earlier file is still being written, and ends with it", async () => {
  await using folder = await temporaryFolder();
  let drained = 0;
  const written = new TranscriptFiles(
    { folder: folder.path, rotation: { maxBytes: 4096, maxFiles: 2 } },
    0,
    { onDrain: () => (drained += 1), onBroken: expect.fail },
  );
  expect(written.write(["x".repeat(4000)])).toBe(true);
  expect(written.write(["y".repeat(4000)])).toBe(false);
  await waitFor(() => drained === 1, { what: "the end of the rest" });
  expect(written.write(["z"])).toBe(true);
  await written.close();
  expect((await files(folder.path)).map(({ text }) => text.length)).toEqual([4000, 4001]);
});

test("a folder that is gone when the next file begins ends the transcript, and not the work", async () => {
  await using folder = await temporaryFolder();
  const place = join(folder.path, "gone");
  const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
  await using pool = createPool({
    adapter: shell,
    transcripts: { folder: place, maxBytes: 4096 },
  });
  expect(await pool.run("echo before")).toBe("before");
  await rm(place, { recursive: true });
  expect((await pool.run("seq 20000")).length).toBeGreaterThan(100_000);
  expect((await warned).message).toMatch(/instance-0\.log ends here: ENOENT/);
  expect(await pool.run("echo after")).toBe("after");
});

describe("one file that grows", () => {
  async function append(folder: TemporaryFolder, text: string): Promise<string> {
    const log = new Transcript({ folder: folder.path, rotation: null }, 0, redaction([]), () => 0);
    log.note(text);
    await log.close();
    return readFile(join(folder.path, "instance-0.log"), "utf8");
  }

  test("is appended to, on a new line where the last one was torn", async () => {
    await using folder = await temporaryFolder();
    const note = (text: string): string => `1970-01-01T00:00:00.000Z -- | ${text}\n`;
    expect(await append(folder, "one")).toBe(note("one"));
    expect(await append(folder, "two")).toBe(note("one") + note("two"));
    await writeFile(join(folder.path, "instance-0.log"), "1970 out| torn by a kil");
    expect(await append(folder, "three")).toBe(`1970 out| torn by a kil\n${note("three")}`);
  });
});
