import { chmod, mkdir, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import {
  askRun,
  type Controllable,
  ControlServer,
  initialRunStatus,
  type RunStatus,
} from "@cluster/batch";
import { type TemporaryFolder, temporaryFolder } from "@cluster/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LONGEST_SOCKET_PATH, socketPlace } from "../../src/control/socket-place.ts";

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
  await chmod(folder.path, 0o700);
});
afterEach(async () => {
  await folder[Symbol.asyncDispose]();
});

/** A run that notes what it is told. */
function noting(): Controllable & { readonly told: string[] } {
  const told: string[] = [];
  let workers = 2;
  return {
    told,
    status: (): RunStatus => ({ ...initialRunStatus("r"), workers }),
    pause: () => void told.push("pause"),
    continue: () => void told.push("continue"),
    scale: async (count) => {
      if (count > 5) throw new Error("There are only 5 tasks.");
      workers = count;
      told.push(`scale ${count}`);
    },
    drain: () => void told.push("drain"),
    stop: () => void told.push("stop"),
  };
}

/** Sends bytes as they are, and gives what comes until the other side ends or has said enough. */
function send(socket: string, bytes: string | Buffer, lines: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    let said = "";
    const connection = connect(socket);
    const end = (): void => {
      connection.destroy();
      resolve(said.split("\n").filter(Boolean));
    };
    connection.on("error", reject).on("close", end);
    connection.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (said.split("\n").length > lines) end();
    });
    connection.write(bytes);
  });
}

describe("a control socket", () => {
  it("carries commands out in order, and answers each with how the run stands then", async () => {
    const run = noting();
    await using server = await ControlServer.start(run, folder.path);
    expect(await askRun(folder.path, { command: "scale", workers: 4 })).toMatchObject({
      ok: true,
      status: { run: "r", workers: 4 },
    });
    const commands = ["pause", "continue", "drain", "stop"];
    const lines = commands.map((command) => `${JSON.stringify({ command })}\n`).join("");
    expect(await send(server.socket, lines, 4)).toHaveLength(4);
    expect(run.told).toEqual(["scale 4", ...commands]);
  });

  it.each([
    ["not json", "MALFORMED", /one JSON object a line, found not json/],
    ["[1]", "MALFORMED", /Expected a JSON object/],
    ["null", "MALFORMED", /Expected a JSON object/],
    ['{"command":"fly"}', "UNKNOWN_COMMAND", /one of status, .*, found "fly"/],
    ['{"command":"constructor"}', "UNKNOWN_COMMAND", /found "constructor"/],
    ['{"command":"scale"}', "MALFORMED", /whole number from 1 on, found nothing/],
    ['{"command":"scale","workers":0}', "MALFORMED", /found 0/],
    ['{"command":"scale","workers":9}', "REFUSED", /only 5 tasks/],
  ])("answers %s with an error, and goes on", async (line, code, message) => {
    const run = noting();
    await using server = await ControlServer.start(run, folder.path);
    const [refused, status] = (await send(server.socket, `${line}\n{"command":"status"}\n`, 2)).map(
      (answer) => JSON.parse(answer),
    );
    expect(refused).toEqual({
      ok: false,
      error: { code, message: expect.stringMatching(message) },
    });
    expect(status.ok).toBe(true);
    expect(run.told).toEqual([]);
  });

  it("is not harmed by noise, by half a line, or by a line without end", async () => {
    await using server = await ControlServer.start(noting(), folder.path);
    await send(server.socket, Buffer.from([0, 255, 254, 10, 10, 128, 10]), 2);
    const half = connect(server.socket);
    half.write('{"comm');
    const [refused] = await send(server.socket, "x".repeat(200_000), 1);
    expect(JSON.parse(refused ?? "")).toMatchObject({ ok: false, error: { code: "MALFORMED" } });
    expect(await askRun(folder.path, { command: "status" })).toMatchObject({ ok: true });
    half.destroy();
  });

  it("is only its owner's, and is gone at the end with the file that names it", async () => {
    const server = await ControlServer.start(noting(), folder.path);
    const address = await stat(join(folder.path, "control.json"));
    expect(address.mode & 0o777).toBe(0o600);
    expect((await stat(dirname(server.socket))).mode & 0o077).toBe(0);
    await server[Symbol.asyncDispose]();
    expect(await readdir(folder.path)).toEqual([]);
    expect(await askRun(folder.path, { command: "status" })).toBeNull();
  });

  it("takes the place of what a killed process left", async () => {
    const gone = await ControlServer.start(noting(), folder.path);
    const { socket } = gone;
    await gone[Symbol.asyncDispose]();
    await writeFile(socket, "");
    await writeFile(join(folder.path, "control.json"), JSON.stringify({ socket, pid: 1 }));
    expect(await askRun(folder.path, { command: "status" })).toBeNull();
    await using _ = await ControlServer.start(noting(), folder.path);
    expect(await askRun(folder.path, { command: "status" })).toMatchObject({ ok: true });
  });
});

describe("the place of the socket", () => {
  const deep = async (): Promise<string> => {
    const path = join(folder.path, "d".repeat(LONGEST_SOCKET_PATH));
    await mkdir(path, { mode: 0o700 });
    return path;
  };

  it("is a short folder of the user's where the run's path is too long for a socket", async () => {
    const path = await deep();
    const place = await socketPlace(path, folder.path);
    expect(Buffer.byteLength(place)).toBeLessThanOrEqual(LONGEST_SOCKET_PATH);
    expect(dirname(dirname(place))).toBe(folder.path);
    expect((await stat(dirname(place))).mode & 0o777).toBe(0o700);
    expect(await socketPlace(path, folder.path)).toBe(place);
  });

  it("is none that others can reach", async () => {
    const path = await deep();
    const short = dirname(await socketPlace(path, folder.path));
    await chmod(short, 0o755);
    await expect(socketPlace(path, folder.path)).rejects.toThrow(/is open to others/);
    await chmod(folder.path, 0o755);
    await expect(socketPlace(folder.path)).rejects.toThrow(/is open to others/);
  });

  it("is not behind a link that somebody else laid", async () => {
    const path = await deep();
    const elsewhere = join(folder.path, "elsewhere");
    await mkdir(elsewhere, { mode: 0o700 });
    await symlink(elsewhere, join(folder.path, `cluster-${process.getuid?.()}`));
    await expect(socketPlace(path, folder.path)).rejects.toThrow(/is not a folder/);
  });
});
