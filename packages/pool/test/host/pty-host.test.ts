import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, realpathSync } from "node:fs";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isAlive, temporaryFolder, waitFor } from "@cluster/testkit";
import { afterAll, describe, expect, test } from "vitest";
import {
  createPool,
  inheritedEnvironment,
  lineProtocol,
  oneShot,
  ProcessStartError,
  ptyHost,
} from "../../src/index.ts";
import { command, noTerminals, output, printed, script } from "../support/terminals.ts";
import { expectNoProcessLeft, markedEnvironment, rejection } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

const { signal } = new AbortController();
const host = ptyHost();

if (noTerminals !== null)
  process.stderr.write(`The tests of ptyHost are skipped: ${noTerminals}\n`);

describe.skipIf(noTerminals !== null)("a terminal", () => {
  test("is one, of the size and kind that was asked for, without echo", async () => {
    const wide = await host.start(
      command("sh", "-c", "test -t 0 && tty && stty size; echo $TERM"),
      signal,
    );
    expect((await output(wide)).toString()).toMatch(/^\/dev\/\S+\n200 1000\ndumb\n$/);
    const small = ptyHost({ columns: 80, rows: 24, term: "xterm" });
    const process = await small.start(
      command("sh", "-c", "stty size; echo $TERM; stty -a"),
      signal,
    );
    expect((await output(process)).toString()).toMatch(
      /^24 80\nxterm\n[\s\S]* -icanon [\s\S]* -echo /,
    );
    expect(process.stderr).toBeNull();
  });

  test("is the tool's controlling one, so that what asks /dev/tty is answered", async () => {
    const process = await host.start(
      command("sh", "-c", "read -r line </dev/tty; echo [$line]"),
      signal,
    );
    process.stdin.write("secret\n");
    expect((await output(process)).toString()).toBe("[secret]\n");
    expect(await process.exited).toEqual({ kind: "code", code: 0 });
  });

  test("with echo says what was typed", async () => {
    const process = await ptyHost({ echo: true }).start(command("cat"), signal);
    process.stdin.write("once\n");
    await printed(process, "once\nonce\n");
    process.endInput();
    expect(await process.exited).toEqual({ kind: "code", code: 0 });
  });

  test("gives the tool nothing of this program's environment but what its spec says", async () => {
    const spec = { ...command("/usr/bin/env"), env: { ONLY: "this", TERM: "xterm" } };
    const names = (await output(await host.start(spec, signal))).toString().trimEnd().split("\n");
    expect(names).toEqual(expect.arrayContaining(["ONLY=this", "TERM=dumb"]));
    const ofTheShell = /^(PWD|OLDPWD|SHLVL|_)=/;
    expect(names.filter((line) => !ofTheShell.test(line))).toHaveLength(2);
  });
});

describe.skipIf(noTerminals !== null)("bytes", () => {
  test("pass as they are, both ways: control characters, NUL, what is no UTF-8", async () => {
    const every = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
    const echo =
      "import os\nleft = 256\nwhile left:\n  b = os.read(0, left); left -= len(b); os.write(1, b)";
    const process = await host.start(script(echo), signal);
    process.stdin.write(every);
    expect(await output(process)).toEqual(every);
  });

  test("a line of a megabyte arrives whole although the tool reads late and slowly", async () => {
    const late = `
import os, time, hashlib
print("waiting", flush=True)
time.sleep(0.2)
seen = hashlib.sha256(); size = 0
while size < 1_000_001:
    piece = os.read(0, 65536); size += len(piece); seen.update(piece)
print(size, seen.hexdigest())`;
    const process = await host.start(script(late), signal);
    await printed(process, "waiting");
    const sent = new Promise((resolve) =>
      process.stdin.write(`${"x".repeat(1_000_000)}\n`, resolve),
    );
    // The rest waits here and not in the kernel.
    expect(process.stdin.writableNeedDrain).toBe(true);
    expect((await output(process)).toString()).toMatch(/^1000001 [0-9a-f]{64}\n$/);
    expect(await sent).toBeNull();
  });

  test("what nobody has read when the tool ends fails, and does not wait for ever", async () => {
    const process = await host.start(command("sleep", "600"), signal);
    const told = new Promise((resolve) => process.stdin.write("x".repeat(1_000_000), resolve));
    process.kill("SIGKILL", "process");
    expect(await told).toBeInstanceOf(Error);
    process.stdout.destroy();
  });

  test("all that a tool prints before it exits arrives, however fast it is", async () => {
    for (let n = 0; n < 20; n += 1) {
      const process = await host.start(command("seq", "3000"), signal);
      const lines = (await output(process)).toString().split("\n");
      expect(lines).toHaveLength(3_001);
    }
  });

  test("a tool waits while nobody reads, and its last words are kept for whoever reads late", async () => {
    const process = await host.start(
      command("sh", "-c", "echo begun; seq 200000; echo over >&2"),
      signal,
    );
    await printed(process, "begun");
    process.stdout.pause();
    await waitFor(() => process.stdout.readableLength > 0, { what: "some output to be held" });
    const { pid } = process;
    expect(process.stdout.readableLength).toBeLessThan(1_000_000);
    expect(isAlive(pid)).toBe(true);
    const rest = (await output(process)).toString();
    expect(rest.endsWith("200000\nover\n")).toBe(true);
    const last = await host.start(command("echo", "last words"), signal);
    await last.exited;
    expect((await output(last)).toString()).toBe("last words\n");
  });
});

describe.skipIf(noTerminals !== null)("the end", () => {
  test("of the input reaches a tool that waits in a read, and one that reads lines", async () => {
    for (const file of ["cat", "sh", "bc"]) {
      const process = await host.start(command(file), signal);
      process.stdout.resume();
      process.endInput();
      expect(await process.exited).toEqual({ kind: "code", code: 0 });
    }
  });

  test("of the input comes after all that was typed, and in the middle of a line too", async () => {
    for (const lineEditing of [false, true]) {
      const process = await ptyHost({ lineEditing }).start(command("cat"), signal);
      process.stdin.write("one\ntwo");
      process.endInput();
      expect((await output(process)).toString()).toBe("one\ntwo");
    }
  });

  test("is told with its code or its signal", async () => {
    const exits = await host.start(command("sh", "-c", "exit 9"), signal);
    expect(await exits.exited).toEqual({ kind: "code", code: 9 });
    expect(exits.kill("SIGTERM", "process")).toBe(false);
    expect(exits.kill("SIGTERM", "group")).toBe(false);
    expect(await new Promise((told) => exits.stdin.write("x", told))).toBeInstanceOf(Error);
    const sleeps = await host.start(command("sleep", "600"), signal);
    expect(sleeps.kill("SIGKILL", "process")).toBe(true);
    expect(await sleeps.exited).toEqual({ kind: "signal", signal: "SIGKILL" });
    for (const { stdout } of [exits, sleeps]) stdout.destroy();
  });

  test("SIGKILL reaches every job of a shell, each in a group of its own", async () => {
    const process = await host.start(command("bash", "--norc", "-i"), signal);
    process.stdin.write("sleep 600 & sleep 601 & jobs -p; echo started\n");
    const jobs = (await printed(process, "started\n")).match(/^\d+$/gm) ?? [];
    expect(jobs).toHaveLength(2);
    process.kill("SIGKILL", "group");
    await process.exited;
    await waitFor(() => jobs.every((pid) => !isAlive(Number(pid))), {
      what: "the end of the jobs",
    });
    process.stdout.destroy();
  });

  test("a grandchild that holds the terminal does not keep it away", async () => {
    const process = await host.start(
      command("sh", "-c", "trap '' HUP; sleep 600 & echo $!"),
      signal,
    );
    expect((await output(process)).toString()).toMatch(/^\d+\n$/);
    expect(process.kill("SIGKILL", "group")).toBe(true);
  });

  test("whoever destroys the output hangs up", async () => {
    const process = await host.start(command("sleep", "600"), signal);
    process.stdout.destroy();
    expect(await process.exited).toEqual({ kind: "signal", signal: "SIGHUP" });
  });

  test("nothing of 200 starts stays open", async () => {
    const open = (): number => readdirSync("/dev/fd").length;
    const once = async (n: number): Promise<void> => {
      const process = await host.start(command("echo", String(n)), signal);
      expect((await output(process)).toString()).toBe(`${n}\n`);
    };
    await once(0);
    const before = open();
    for (let n = 0; n < 200; n += 10) {
      await Promise.all(Array.from({ length: 10 }, (_, m) => once(n + m)));
    }
    expect(open()).toBeLessThanOrEqual(before);
  });
});

describe.skipIf(noTerminals !== null)("when this program goes", () => {
  const index = fileURLToPath(new URL("../../src/index.ts", import.meta.url));
  const program = (end: string): readonly string[] => [
    "--conditions=@cluster/source",
    "--input-type=module",
    "-e",
    `import { ptyHost } from ${JSON.stringify(index)};
    const env = ${JSON.stringify(markedEnvironment)};
    const host = ptyHost();
    const start = () => host.start({ file: "sleep", args: ["600"], cwd: "/", env }, new AbortController().signal);
    const tools = [await start(), await start(), await start()];
    console.log(tools.map((tool) => tool.pid).join(" "));
    ${end}`,
  ];

  test("without a shutdown, its terminals' tools go with it", async () => {
    const { stdout, status } = spawnSync(process.execPath, program("process.exit(3)"), {
      encoding: "utf8",
    });
    expect(status).toBe(3);
    const pids = stdout.trim().split(" ").map(Number);
    expect(pids).toHaveLength(3);
    await waitFor(() => !pids.some(isAlive), { what: "the end of the tools" });
  });

  test("by SIGKILL, the terminals hang up, and their tools go", async () => {
    const parent = spawn(process.execPath, program("setInterval(() => {}, 1000)"), {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(parent.stdout, "data")) as [Buffer];
    const pids = line.toString().trim().split(" ").map(Number);
    expect(pids.every(isAlive)).toBe(true);
    parent.kill("SIGKILL");
    await waitFor(() => !pids.some(isAlive), { what: "the end of the tools" });
  });
});

describe.skipIf(noTerminals !== null)("a command that cannot be started", () => {
  const start = (file: string, over: object = {}): Promise<ProcessStartError> =>
    rejection(host.start({ ...command(file), ...over }, signal));

  test("says why, as on pipes, before anything is started", async () => {
    await using folder = await temporaryFolder();
    const plain = join(folder.path, "plain.txt");
    await writeFile(plain, "#!/bin/sh\n");
    await chmod(plain, 0o644);
    for (const [error, code, message] of [
      [await start("/no/such/tool"), "ENOENT", /\/no\/such\/tool: there is no such file/],
      [await start("no-such-tool"), "ENOENT", /no-such-tool: there is no such file/],
      [await start(plain), "EACCES", /it may not be executed/],
      [await start("plain.txt", { env: { PATH: folder.path } }), "EACCES", /may not be executed/],
      [await start(folder.path), "EACCES", /it may not be executed/],
      [
        await start("sh", { cwd: "/no/such/folder" }),
        undefined,
        /its working folder \/no\/such\/folder/,
      ],
      [await start("true", { args: ["a\0b"] }), "ERR_INVALID_ARG_VALUE", /null bytes/],
      [await start("true", { args: ["x".repeat(4_000_000)] }), "E2BIG", /are too long/],
    ] as const) {
      expect(error).toBeInstanceOf(ProcessStartError);
      expect(error.message).toMatch(message);
      if (code !== undefined) expect(error.cause).toMatchObject({ code });
    }
  });

  test("is found in the folders of its own PATH, and in its working folder where that names it", async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, "tool");
    await writeFile(file, "#!/bin/sh\necho found\n");
    await chmod(file, 0o755);
    const env = { PATH: `/no/such/folder:${folder.path}` };
    for (const over of [{ env }, { file: "./tool", cwd: folder.path }, { file }]) {
      const process = await host.start({ ...command("tool"), ...over }, signal);
      expect((await output(process)).toString()).toBe("found\n");
    }
  });

  test("is not started for a signal that is aborted", async () => {
    const aborted = AbortSignal.abort(new Error("too late"));
    expect((await rejection(host.start(command("true"), aborted))).message).toBe("too late");
  });
});

describe.skipIf(noTerminals !== null)("with line editing", () => {
  test("a line that a terminal would cut is refused instead", async () => {
    const process = await ptyHost({ lineEditing: true }).start(command("cat"), signal);
    const write = (text: string): Promise<Error | null | undefined> =>
      new Promise((resolve) => process.stdin.write(text, resolve));
    expect(await write(`${"x".repeat(4094)}\n`)).toBeFalsy();
    expect((await printed(process, "\n")).length).toBe(4095);
    expect(await write(`${"x".repeat(4095)}\n`)).toMatchObject({
      code: "EMSGSIZE",
      message: expect.stringContaining("up to 4095 bytes"),
    });
    process.kill("SIGKILL", "group");
    await process.exited;
    process.stdout.destroy();
  });
});

describe.skipIf(noTerminals !== null)("a pool", () => {
  const bash = {
    name: "bash",
    host: ptyHost,
    command: () => ({
      file: "bash",
      args: ["--norc", "--noprofile", "-i"],
      env: markedEnvironment,
    }),
    connect: lineProtocol({
      sentinel: {
        command: (nonce: string) => `echo "${nonce.slice(0, 4)}""${nonce.slice(4)}"\n`,
        output: (nonce: string) => `${nonce}\n`,
      },
      interruptible: true,
    }),
  };

  test("keeps an interactive bash warm, interrupts it, and ends it although it ignores SIGTERM", async () => {
    await using pool = createPool({ adapter: bash, graceMs: 30_000 });
    await pool.run("PS1= PS2=");
    expect(await pool.run("test -t 1 && echo a terminal")).toBe("a terminal");
    const slow = pool.run("sleep 600", { turnTimeoutMs: 100 });
    expect(await rejection(slow)).toMatchObject({ code: "TURN_TIMEOUT" });
    expect(await pool.run("echo still here")).toBe("still here");
    const ended = new Promise((resolve) =>
      pool.subscribe((event) => event.type === "process.ended" && resolve(event.exit)),
    );
    await pool.shutdown();
    // By the end of its input, not by the ladder.
    expect(await ended).toMatchObject({ kind: "code" });
  });

  test("runs a tool for one request, whose answer is whole", async () => {
    const tool = {
      name: "seq",
      host: ptyHost,
      capabilities: { oneShot: true },
      command: (_slot: unknown, request: string | undefined) => ({
        file: "seq",
        args: [request ?? ""],
        env: markedEnvironment,
      }),
      connect: oneShot({ input: "arguments" }),
    };
    await using pool = createPool({ adapter: tool });
    const answers = await Promise.all(Array.from({ length: 5 }, () => pool.run("5000")));
    expect(answers.map((answer) => answer.split("\n").length)).toEqual([
      5_000, 5_000, 5_000, 5_000, 5_000,
    ]);
  });
});

describe("options", () => {
  test("that make no sense are refused with a word on what was expected", () => {
    const wrong = (options: object) => () => ptyHost(options);
    expect(wrong({ columns: 0 })).toThrow(
      /columns: expected a whole number from 1 to 65535, found/,
    );
    expect(wrong({ rows: 1.5 })).toThrow(/rows: expected/);
    expect(wrong({ term: "" })).toThrow(/term: expected the name of a terminal/);
    expect(wrong({ echo: "no" })).toThrow(/echo: expected true or false/);
  });

  test("without the package a start fails for good and says what to install", async () => {
    await using folder = await temporaryFolder();
    const source = fileURLToPath(new URL("../../src", import.meta.url));
    const modules = join(folder.path, "node_modules");
    // The sources as they are, in a place from which no node-pty is in sight.
    spawnSync("cp", ["-r", source, join(folder.path, "src")]);
    spawnSync("mkdir", [modules]);
    const { dependencies } = JSON.parse(await readFile(join(source, "../package.json"), "utf8"));
    for (const name of Object.keys(dependencies)) {
      const installed = join(source, "../node_modules", name);
      spawnSync("ln", ["-s", realpathSync(installed), join(modules, name)]);
    }
    await writeFile(join(folder.path, "package.json"), '{"type":"module"}');
    const program = `
      import { createPool, lineProtocol, ptyHost } from "./src/index.ts";
      const connect = lineProtocol({ prompt: "$ " });
      const pool = createPool({ adapter: { name: "sh", host: ptyHost, command: () => ({ file: "sh" }), connect } });
      const error = await pool.ready().catch((error) => error);
      console.log(error.code, error.message);
      await pool.shutdown();`;
    await writeFile(join(folder.path, "main.ts"), program);
    const { stdout, stderr } = spawnSync(process.execPath, ["main.ts"], {
      cwd: folder.path,
      encoding: "utf8",
      env: inheritedEnvironment(),
    });
    expect(stderr + stdout).toMatch(
      /^PROCESS_START_FAILED ptyHost needs the package @lydell\/node-pty.*npm install @lydell\/node-pty\n$/,
    );
  });
});
