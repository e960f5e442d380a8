import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { mkdir, rename, utimes, writeFile } from "node:fs/promises";
import { createConnection, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { temporaryFolder } from "@cluster/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Reception } from "../../src/reception/reception.ts";
import { removeStaleFolders } from "../../src/reception/stale-folders.ts";

let reception: Reception;

beforeEach(async () => {
  reception = await Reception.open();
});

afterEach(() => reception.close());

function say(text: string): Socket {
  const socket = createConnection(reception.address);
  socket.on("error", () => {});
  socket.write(text);
  return socket;
}

test("the door is in a folder that only this user can enter, and goes with it", async () => {
  expect(statSync(reception.folder).mode & 0o777).toBe(0o700);
  await reception.close();
  expect(existsSync(reception.folder)).toBe(false);
});

test("a stream comes in by its token and name, with all that was said after them", async () => {
  const { token, streams } = reception.expect(["stdout"]);
  expect(token).toMatch(/^[0-9a-f]{64}$/);
  const guest = say(token.slice(0, 10));
  guest.write(`${token.slice(10)} stdout\nand `);
  guest.end("more");
  let text = "";
  for await (const chunk of await streams.stdout) text += chunk;
  expect(text).toBe("and more");
});

test.each([
  ["a wrong token", (_: string) => `${"0".repeat(64)} stdout\n`],
  ["no token", () => " stdout\n"],
  ["a name that is not expected", (token: string) => `${token} stdin\n`],
  ["something else", () => "GET / HTTP/1.1\r\n\r\n"],
  ["a first line without an end", () => "x".repeat(1_000)],
])("refused: %s", async (_what, line) => {
  const { token, cancel } = reception.expect(["stdout"]);
  await once(say(line(token)), "close");
  cancel();
});

test("refused: a token that was used, or is not good any more", async () => {
  const { token, streams, cancel } = reception.expect(["stdout", "stderr"]);
  const first = say(`${token} stdout\n`);
  await streams.stdout;
  await once(say(`${token} stdout\n`), "close");
  cancel();
  await once(say(`${token} stderr\n`), "close");
  (await streams.stdout).destroy();
  first.destroy();
});

test("a long path of temporary files does not matter", async () => {
  await using folder = await temporaryFolder();
  const before = process.env.TMPDIR;
  process.env.TMPDIR = `${folder.path}/${"long".repeat(30)}`;
  try {
    const other = await Reception.open();
    expect(other.address.length).toBeLessThan(104);
    await other.close();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
});

test("what a killed program has left is removed, and nothing of those that live", async () => {
  await using folder = await temporaryFolder();
  const old = new Date(Date.now() - 3_600_000);
  const make = async (name: string): Promise<string> => {
    const path = join(folder.path, name);
    await mkdir(path);
    return path;
  };
  const dead = await make("python-host-dead00");
  const killed = await make("python-host-killed");
  const other = await make("other-dead00");
  const young = await make("python-host-young0");
  const alive = await make("python-host-alive0");
  const notes = await make("python-host-notes0");
  const named = await make("python-host-my-notes");
  await writeFile(join(notes, "mine"), "");
  // The door of a program that is gone: its own name for it is another one, so that it is not removed.
  const gone = createServer().listen(join(killed, "door"));
  await once(gone, "listening");
  await rename(join(killed, "door"), join(killed, "s"));
  await new Promise((resolve) => gone.close(resolve));
  const server = createServer().listen(join(alive, "s"));
  await once(server, "listening");
  const all = [dead, killed, other, young, alive, notes, named];
  for (const path of all) if (path !== young) await utimes(path, old, old);
  await removeStaleFolders(folder.path, "python-host-");
  expect(all.filter((path) => !existsSync(path))).toEqual([dead, killed]);
  server.close();
});
