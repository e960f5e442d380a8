import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { isAlive, temporaryFolder, waitFor } from "@cluster/testkit";
import { afterAll, describe, expect, test } from "vitest";
import {
  childProcessHost,
  createPool,
  endLeftovers,
  type PoolEvent,
  type ProcessHost,
} from "../../src/index.ts";
import { LedgerFile } from "../../src/ledger/ledger-file.ts";
import { entriesIn, ownerIn, ownerLine, startedLine } from "../../src/ledger/ledger-lines.ts";
import { newMarker, PROCESS_MARKER } from "../../src/process/marker.ts";
import { identify, processRealm } from "../../src/process/process-identity.ts";
import { expectNoProcessLeft, jsonLines, markedEnvironment } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

/** No process has it: the kernel gives none that is so high. */
const GONE = 2 ** 22 + 7;

const dead = { pid: GONE, started: "1", realm: processRealm() };

interface Sleeper extends AsyncDisposable {
  readonly pid: number;
  readonly marker: string;
}

/** A stranger in a group of its own. */
async function sleeper(): Promise<Sleeper> {
  const marker = newMarker();
  const env = { ...markedEnvironment, [PROCESS_MARKER]: marker };
  const child = spawn("sleep", ["600"], { env, detached: true, stdio: "ignore" });
  await once(child, "spawn");
  const exited = once(child, "exit");
  return {
    pid: child.pid ?? 0,
    marker,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

async function ledgers(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith(".ledger"));
}

test("what a program that was killed has left behind is ended by the next start, whatever it is", async () => {
  await using folder = await temporaryFolder();
  const script = join(import.meta.dirname, "..", "support", "doomed-parent.ts");
  // The first one ends by itself, at the end of its input.
  const daemonic = "grandchild --own-session";
  const tools = ["json-lines", "ignores-sigterm", daemonic, `shared ${daemonic}`];
  const parent = spawn(
    process.execPath,
    ["--conditions=@cluster/source", script, folder.path, ...tools],
    { env: { ...process.env, ...markedEnvironment }, stdio: ["ignore", "pipe", "inherit"] },
  );
  const [line] = await once(createInterface({ input: parent.stdout }), "line");
  const [reader = 0, deaf = 0, , daemon = 0, , shared = 0] = JSON.parse(line) as number[];
  expect(await ledgers(folder.path)).toHaveLength(1);
  parent.kill("SIGKILL");
  await once(parent, "exit");
  await waitFor(() => !isAlive(reader), { what: "the end of the one that reads" });
  expect([isAlive(deaf), isAlive(daemon)]).toEqual([true, process.platform === "linux"]);

  const events: PoolEvent[] = [];
  const pool = createPool({ adapter: jsonLines(), ledger: folder.path });
  pool.subscribe((event) => events.push(event));
  await pool.ready();
  expect([deaf, daemon, shared].map(isAlive)).toEqual([false, false, false]);
  const swept = events.find(({ type }) => type === "ledger.swept");
  expect(swept).toMatchObject({ processes: expect.any(Number) });
  expect(await ledgers(folder.path)).toHaveLength(1);
  await pool.shutdown();
  expect(await ledgers(folder.path)).toEqual([]);
});

test("a pool writes down what runs, for its user's eyes only", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "a", "b");
  await using pool = createPool({ adapter: jsonLines(), size: 2, spares: 1, ledger: path });
  await pool.ready();
  await waitFor(() => pool.status().spares.ready === 1, { what: "a spare" });
  const [name = ""] = await ledgers(path);
  const text = await readFile(join(path, name), "latin1");
  const own = await identify(process.pid);
  expect(ownerIn(text)).toEqual({ ...dead, pid: process.pid, started: own?.started });
  const entries = entriesIn(text);
  expect(entries).toHaveLength(3);
  for (const { pid, started } of entries) {
    expect((await identify(pid ?? 0))?.started).toBe(started);
  }
  expect(entries.map(({ pid }) => pid)).toContain(pool.status().instances[0]?.pid);
  expect((await stat(path)).mode & 0o777).toBe(0o700);
  expect((await stat(join(path, name))).mode & 0o777).toBe(0o600);
  await pool.stop(0);
  expect(entriesIn(await readFile(join(path, name), "latin1"))).toHaveLength(2);
});

test("a folder that cannot be written to is told of, and nothing fails", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "file");
  await writeFile(file, "");
  await using pool = createPool({ adapter: jsonLines(), size: 2, ledger: join(file, "ledgers") });
  const events: PoolEvent[] = [];
  pool.subscribe((event) => events.push(event));
  expect(await pool.run({ echo: 1 })).toBe(1);
  await pool.ready();
  expect(events.filter(({ type }) => type === "ledger.failed")).toMatchObject([
    { detail: expect.stringContaining("ENOTDIR") },
  ]);
});

test("a pid is written down only where it descends from this program", async () => {
  await using folder = await temporaryFolder();
  await using stranger = await sleeper();
  const inner = childProcessHost();
  const host: ProcessHost = {
    ...inner,
    start: async (spec, signal) => ({ ...(await inner.start(spec, signal)), pid: stranger.pid }),
  };
  // One of its own, which does not descend from this program.
  const { parent = 0 } = (await identify(process.pid)) ?? {};
  const elsewhere: ProcessHost = {
    ...inner,
    start: async (spec, signal) => ({ ...(await inner.start(spec, signal)), pid: parent }),
  };
  const known = async (of: ProcessHost): Promise<readonly (number | null)[]> => {
    const path = join(folder.path, of === host ? "a" : "b");
    await using pool = createPool({ adapter: { ...jsonLines(), host: of }, ledger: path });
    await pool.ready();
    const [name = ""] = await ledgers(path);
    return entriesIn(await readFile(join(path, name), "latin1")).map(({ pid }) => pid);
  };
  expect(await known(host)).toEqual([stranger.pid]);
  expect(await known(elsewhere)).toEqual([null]);
});

test("without a ledger nothing is written", async () => {
  await using folder = await temporaryFolder();
  await using pool = createPool({ adapter: jsonLines(), ledger: false, cwd: folder.path });
  expect(await pool.run({ echo: 1 })).toBe(1);
  expect(await readdir(folder.path)).toEqual([]);
});

describe("a sweep", () => {
  test("leaves alone what a living program has, however many sweep", async () => {
    await using folder = await temporaryFolder();
    await using owner = await sleeper();
    await using tool = await sleeper();
    const { started = "" } = (await identify(owner.pid)) ?? {};
    const born = (await identify(tool.pid))?.started ?? "";
    const alive = { pid: owner.pid, started, realm: processRealm() };
    const text = ownerLine(alive) + startedLine(tool.marker, tool.pid, born);
    await writeFile(join(folder.path, "1.ledger"), text);
    expect(await Promise.all([1, 2].map(() => endLeftovers({ ledger: folder.path })))).toEqual([
      0, 0,
    ]);
    expect(isAlive(tool.pid)).toBe(true);
    expect(await ledgers(folder.path)).toHaveLength(1);
    // The owner's pid alone proves nothing.
    await writeFile(join(folder.path, "1.ledger"), text.replace(` ${started} `, " 1 "));
    const counts = await Promise.all([1, 2, 3].map(() => endLeftovers({ ledger: folder.path })));
    expect(counts.reduce((sum, count) => sum + count)).toBeGreaterThan(0);
    expect([isAlive(tool.pid), isAlive(owner.pid)]).toEqual([false, true]);
    expect(await ledgers(folder.path)).toEqual([]);
  });

  test("ends no stranger who has got the pid of an old process", async () => {
    await using folder = await temporaryFolder();
    await using stranger = await sleeper();
    const text = ownerLine(dead) + startedLine(newMarker(), stranger.pid, "1");
    await writeFile(join(folder.path, "1.ledger"), text);
    expect(await endLeftovers({ ledger: folder.path })).toBe(0);
    expect(isAlive(stranger.pid)).toBe(true);
    expect(await ledgers(folder.path)).toEqual([]);
  });

  test("does not act upon the ledger of another machine, upon none, or upon rubbish", async () => {
    await using folder = await temporaryFolder();
    await using stranger = await sleeper();
    const born = (await identify(stranger.pid))?.started ?? "";
    const line = startedLine(stranger.marker, stranger.pid, born);
    await writeFile(join(folder.path, "1.ledger"), ownerLine({ ...dead, realm: "other" }) + line);
    await writeFile(join(folder.path, "2.ledger"), line);
    await writeFile(join(folder.path, "3.ledger"), Buffer.alloc(1000, 255));
    await writeFile(join(folder.path, "4.ledger"), "");
    await writeFile(join(folder.path, "5.txt"), ownerLine(dead) + line);
    await mkdir(join(folder.path, "6.ledger"));
    expect(await endLeftovers({ ledger: folder.path })).toBe(0);
    expect(isAlive(stranger.pid)).toBe(true);
    expect(await readdir(folder.path)).toHaveLength(6);
  });
});

test("a ledger stays short however many processes come and go", async () => {
  await using folder = await temporaryFolder();
  const file = new LedgerFile(folder.path, dead);
  const stays = newMarker();
  file.expect(stays);
  file.started(stays, 4711, "99");
  for (let n = 0; n < 5_000; n += 1) {
    const marker = newMarker();
    file.expect(marker);
    file.started(marker, 4712, "99");
    file.ended(marker);
  }
  const text = await readFile(file.path, "latin1");
  expect(text.length).toBeLessThan(100_000);
  expect(ownerIn(text)).toEqual(dead);
  expect(entriesIn(text)).toEqual([{ marker: stays, pid: 4711, started: "99" }]);
  file.ended(stays);
  file.tidy();
  expect(await readdir(folder.path)).toEqual([]);
});

test("where nothing was ever kept, nothing is left to end", async () => {
  await using folder = await temporaryFolder();
  expect(await endLeftovers({ ledger: join(folder.path, "never") })).toBe(0);
});
