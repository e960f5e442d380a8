import { randomUUID } from "node:crypto";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ProcessExitedError, ProcessStartError } from "@cluster/pool";
import { leftoverProcesses, temporaryFolder, waitFor } from "@cluster/testkit";
import { describe, expect, test } from "vitest";
import { smallDisk } from "../src/disk/small-disk.ts";
import { HOSTS, lastWords } from "../src/host/fault-host.ts";
import { startProgram } from "../src/programs/program.ts";
import { Trial, type TrialOptions } from "../src/trial/trial.ts";

describe.each(HOSTS)("on $name,", (host) => {
  /** Instance 0 cannot start; the other one serves; once the reason is gone, both do. */
  async function expectRefusal(
    spoil: NonNullable<TrialOptions["spoil"]>,
    message: RegExp,
  ): Promise<void> {
    let spoilt = true;
    await using trial = new Trial(host, "none", {
      spoil,
      when: ({ index }) => spoilt && index === 0,
      pool: { restart: { intensity: 1, backoffMs: 1 } },
    });
    const error = await trial.expectFailure(trial.pool.ready(), {
      class: ProcessStartError,
      code: "PROCESS_START_FAILED",
      message,
    });
    expect(error.cause).toBeInstanceOf(Error);
    // Nothing would come of another try.
    expect(trial.pool.status().instances[0]).toMatchObject({ state: "failed", generation: 1 });
    await trial.expectAnswer(1);
    spoilt = false;
    await trial.pool.restart(0);
    await trial.expectService();
  }

  test("an executable that is missing is said to be", async () => {
    await expectRefusal(
      (command) => ({ ...command, file: "/no/such/tool" }),
      /^Could not start (.+ )?\/no\/such\/tool: there is no such file\. Check the path, or install \w+( \w+)?\.$/,
    );
  });

  test("a file that is not executable is said to be", async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, "plain.txt");
    await writeFile(file, "#!/bin/sh\n");
    await chmod(file, 0o644);
    await expectRefusal(
      (command) => ({ ...command, file }),
      /^Could not start .*\/plain\.txt: it may not be executed\. Check its permissions\.$/,
    );
  });

  test("a working folder that is missing is said to be", async () => {
    await expectRefusal(
      (command) => ({ ...command, cwd: "/no/such/folder" }),
      /its working folder \/no\/such\/folder does not exist\.$/,
    );
  });

  test("a file of a wrong format is named, with what the system says of it", async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, "garbage");
    await writeFile(file, Buffer.of(0x7f, 0x45, 0x4c, 0x46, 0, 0, 0, 0, 0xff, 0xfe));
    await chmod(file, 0o755);
    let spoilt = true;
    await using trial = new Trial(host, "none", {
      spoil: (command) => ({ ...command, file }),
      when: ({ index }) => spoilt && index === 0,
      pool: { restart: { intensity: 1, backoffMs: 1 } },
    });
    // Where the kernel refuses it, the C library has a shell try.
    const error = await trial.pool.ready().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: expect.stringMatching(/^(PROCESS_START_FAILED|PROCESS_EXITED)$/),
      message: expect.stringContaining("garbage"),
    });
    await trial.expectAnswer(1);
    spoilt = false;
    await trial.pool.restart(0);
    await trial.expectService();
  });

  test("arguments that are too long are said to be", async () => {
    await expectRefusal(
      (command) => ({ ...command, args: [...(command.args ?? []), "x".repeat(4_000_000)] }),
      /: its arguments and environment are too long\.$/,
    );
  });

  test("an argument that holds NUL is said to be wrong", async () => {
    await expectRefusal(
      (command) => ({ ...command, args: [...(command.args ?? []), "a\0b"] }),
      /^Could not start .*without null bytes/,
    );
  });

  test("a tool that runs out of file descriptors dies with its own words", async () => {
    await using trial = new Trial(host, "opens-too-much");
    await trial.pool.ready();
    const pid = trial.pid();
    await trial.expectFailure(trial.pool.run("fault", { instance: 0 }), {
      class: ProcessExitedError,
      code: "PROCESS_EXITED",
      message: new RegExp(
        `^fault-tool exited with code 1 in a turn\\. ${lastWords(host)}Traceback[^]*Too many open files`,
      ),
    });
    trial.expectGone(pid);
    await trial.expectService();
  });

  test("a program that runs out of file descriptors serves on, and restarts when it has some", async () => {
    const marker = randomUUID();
    const limit = ["sh", "-c", 'ulimit -n 100; exec "$@"', "sh"];
    {
      await using program = startProgram("few-descriptors", [host.name], { marker, limit });
      expect(await program.next()).toMatchObject({ before: "before" });
      expect(await program.next()).toMatchObject({ error: "EMFILE", meanwhile: "meanwhile" });
      expect(await program.next()).toMatchObject({
        refused: expect.stringMatching(
          /has no file descriptors left\. Raise `ulimit -n` or use fewer instances\.$/,
        ),
      });
      expect(await program.next()).toMatchObject({ after: "after" });
      await waitFor(() => leftoverProcesses(marker).length === 0, { what: "its orderly end" });
    }
  });

  test("a disk that is full ends the transcript with a warning, and not the work", async () => {
    await using folder = await temporaryFolder();
    const name = "instance-0.log";
    using disk = smallDisk(folder.path, name);
    const warned = Promise.withResolvers<Error>();
    const onWarning = (warning: Error): void => {
      if (warning.name === "TranscriptWarning") warned.resolve(warning);
    };
    process.on("warning", onWarning);
    await using trial = new Trial(host, "none", { pool: { size: 1, transcripts: disk.path } });
    const long = "x".repeat(100_000);
    expect(await trial.pool.run(long)).toBe(long);
    const { message } = await warned.promise;
    process.off("warning", onWarning);
    expect(message).toMatch(/instance-0\.log ends here: ENOSPC/);
    await trial.expectService();
    expect(await trial.pool.run(long)).toBe(long);
    expect(trial.generation()).toBe(1);
  });

  test("a clock that is set back disturbs no deadline, no budget and no measure", async () => {
    await using trial = new Trial(host, "hangs", {
      pool: { restart: { intensity: 1, periodMs: 60_000, backoffMs: 1 } },
    });
    const hour = 3_600_000;
    const { turn, pid } = await trial.begin({ turnTimeoutMs: 120_000, idleTimeoutMs: 60_000 });
    trial.clock.setBack(hour);
    await trial.expectAnswer(1);
    expect(trial.pool.status()).toMatchObject({ running: 1 });
    trial.clock.advance(59_000);
    await trial.expectAnswer(1);
    expect(trial.pool.status()).toMatchObject({ running: 1 });
    trial.clock.advance(1_000);
    const error = await turn.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: "TURN_IDLE_TIMEOUT" });
    trial.expectGone(pid);
    await trial.expectService();
    // Two crashes with more than the period between them, however the time of day goes.
    for (let crash = 0; crash < 2; crash += 1) {
      const generation = trial.generation(1);
      process.kill(trial.pid(1), "SIGKILL");
      await waitFor(() => trial.generation(1) > generation, { what: "the next process" });
      await trial.expectAnswer(1);
      trial.clock.setBack(hour);
      trial.clock.advance(60_001);
    }
    for (const event of trial.events) {
      if (event.type === "turn.started") expect(event.waitMs).toBeGreaterThanOrEqual(0);
      if (event.type === "turn.ended") expect(event.runMs).toBeGreaterThanOrEqual(0);
      if (event.type === "process.ready") expect(event.startMs).toBeGreaterThanOrEqual(0);
    }
  });

  test("a program that is killed leaves no process that waits for its input", async () => {
    const marker = randomUUID();
    await using program = startProgram("orphans", [host.name], { marker });
    const pids = (await program.next()) as number[];
    expect(pids).toHaveLength(2);
    process.kill(program.pid, "SIGKILL");
    await waitFor(() => leftoverProcesses(marker).length === 0, {
      what: `the end of ${pids.join(" and ")}`,
    });
  });

  test("what a killed program leaves, deaf and at work, is gone when the next one has started", async () => {
    await using folder = await temporaryFolder();
    const state = folder.path;
    const marker = randomUUID();
    const deaf = [host.name, "ignores-sigterm", "in a turn"];
    await using program = startProgram("orphans", deaf, { marker, state });
    expect(await program.next()).toHaveLength(2);
    process.kill(program.pid, "SIGKILL");
    await using heir = startProgram("orphans", [host.name], { marker: randomUUID(), state });
    await heir.next();
    await waitFor(() => leftoverProcesses(marker).length === 0, {
      what: "the end of what was left",
    });
  });
});
