import { access, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type AgentTask, type Answer, createPool, type Question } from "@cluster/pool";
import { isAlive, temporaryFolder, waitFor } from "@cluster/testkit";
import { describe, expect, test } from "vitest";
import { type AcpOptions, acpAdapter } from "../src/index.ts";
import { fakeProfile } from "./support/fake.ts";

type Permissions = NonNullable<AgentTask["permissions"]>;

interface Trial {
  readonly options?: AcpOptions;
  readonly permissions?: Permissions;
  readonly asked?: Question[];
  /** What somebody says who is asked. @default no */
  readonly yes?: boolean;
}

/** What an agent is answered in a workspace beside which there is a file of somebody else. */
async function inWorkspace(
  message: string | ((folder: string) => string),
  { options, permissions = {}, asked = [], yes = false }: Trial = {},
): Promise<{ reply: string; file(name: string): Promise<string | null> }> {
  await using folder = await temporaryFolder();
  const workspace = join(folder.path, "work");
  await mkdir(join(workspace, ".git"), { recursive: true });
  await mkdir(join(workspace, "src"));
  await writeFile(join(workspace, "src/a.txt"), "one\ntwo\n");
  await writeFile(join(folder.path, "secret.txt"), "secret");
  await symlink(folder.path, join(workspace, "out"));
  await symlink("src", join(workspace, "in"));
  await symlink("../not-there.txt", join(workspace, "dangling.txt"));
  await using pool = createPool({
    adapter: acpAdapter(fakeProfile(), options),
    cwd: workspace,
    ledger: false,
    onQuestion: (question) => {
      asked.push(question);
      return { kind: "confirm", yes };
    },
  });
  const text = typeof message === "string" ? message : message(workspace);
  const { reply } = await pool.run({ message: text, permissions });
  const contents = new Map<string, string | null>();
  for (const name of ["src/a.txt", "new.txt", "src/deep/new.txt", "../secret.txt", "ran.txt"]) {
    contents.set(name, await readFile(join(workspace, name), "utf8").catch(() => null));
  }
  return { reply, file: async (name) => contents.get(name) ?? null };
}

describe("an agent that asks", () => {
  test.each<[string, string, string, Trial?]>([
    ["may not edit nobody knows what", "ask edit", "reject_once"],
    [
      "may, where the adapter says so",
      "ask delete",
      "allow_once",
      { options: { policy: { kinds: { delete: "allow" } } } },
    ],
    ["may read", "ask read src/a.txt", "allow_once"],
    ["may edit", "ask edit src/a.txt", "allow_once"],
    ["may make files", "ask edit new.txt", "allow_once"],
    [
      "may not, where the task says so",
      "ask edit new.txt",
      "reject_once",
      { permissions: { createFiles: false } },
    ],
    ["may not run commands", "ask execute", "reject_once"],
    [
      "may, where the task says so",
      "ask execute",
      "allow_once",
      { permissions: { commands: true } },
    ],
    ["may not open addresses", "ask fetch", "reject_once"],
    [
      "may, where the adapter says so",
      "ask fetch",
      "allow_once",
      { options: { permissions: { urls: true } } },
    ],
    ["may not leave its mode", "ask switch_mode", "reject_once"],
    ["may not leave the workspace", "ask edit ../x.txt", "reject_once"],
    ["nor by a link", "ask read out/secret.txt", "reject_once"],
    ["nor edit what git runs", "ask edit .git/hooks/pre-commit", "reject_once"],
    ["nor what git runs in a submodule", "ask edit sub/.git/config", "reject_once"],
    ["nor with one path of several", "ask edit src/a.txt ../x.txt", "reject_once"],
    ["nor by a path that it told before it asked", "ask-short edit ../x.txt", "reject_once"],
    ["nor by a new name", "ask-move src/a.txt ../x.txt", "reject_once"],
    ["may take a link that stays", "ask edit in/a.txt", "allow_once"],
  ])("%s", async (_, message, answer, trial) => {
    expect((await inWorkspace(message, trial)).reply).toBe(answer);
  });

  test("for what nobody has thought of is put to the caller", async () => {
    const asked: Question[] = [];
    expect((await inWorkspace("ask other", { asked, yes: true })).reply).toBe("allow_once");
    expect((await inWorkspace("ask other", { asked })).reply).toBe("reject_once");
    expect(asked).toHaveLength(2);
    expect(asked[0]).toEqual({ kind: "confirm", topic: "other", text: "May I other" });
  });

  const policy = {
    rules: [
      { kinds: ["edit" as const], paths: ["src/**"], decision: "deny" as const },
      { kinds: ["execute" as const], decision: "ask" as const },
      { where: "outside" as const, kinds: ["read" as const], decision: "allow" as const },
    ],
    kinds: { other: "allow" as const },
  };

  test.each([
    ["ask edit src/a.txt", "reject_once"],
    ["ask edit in/a.txt", "reject_once"],
    ["ask edit new.txt src/a.txt", "reject_once"],
    ["ask edit new.txt", "allow_once"],
    ["ask read ../secret.txt", "allow_once"],
    ["ask edit ../secret.txt", "reject_once"],
    ["ask other", "allow_once"],
    ["ask execute", "allow_once"],
  ])("gets what the first rule says that matches: %s", async (message, answer) => {
    const trial = { options: { policy }, yes: true, permissions: { commands: false } };
    expect((await inWorkspace(message, trial)).reply).toBe(answer);
  });
});

describe("files that an agent has us read and write", () => {
  test("stay in the workspace", async () => {
    const { reply, file } = await inWorkspace(
      "fs-write src/deep/new.txt deep\nsay ;\nfs-write in/a.txt changed\nsay ;\nfs-read src/a.txt",
    );
    expect(reply).toBe("written;written;changed");
    expect(await file("src/deep/new.txt")).toBe("deep");
  });

  test.each([
    ["fs-read ../secret.txt", /outside the workspace/],
    ["fs-read out/secret.txt", /outside the workspace/],
    ["fs-write out/secret.txt x", /outside the workspace/],
    ["fs-write /etc/cluster-test x", /outside the workspace/],
    ["fs-write dangling.txt x", /link to what does not exist/],
    ["fs-write .git/config x", /outside the workspace/],
    ["fs-write src x", /error -32603/],
    ["fs-read nowhere.txt", /error -32002/],
  ])("and nowhere else: %s", async (message, words) => {
    // Whatever the policy says.
    const options = { policy: { outside: "allow" as const } };
    const { reply, file } = await inWorkspace(message, { options });
    expect(reply).toMatch(words);
    expect(await file("../secret.txt")).toBe("secret");
  });

  test("are asked for where the policy says so, and once", async () => {
    const asked: Question[] = [];
    const options = { policy: { kinds: { edit: "ask" as const } } };
    const message = "ask edit new.txt\nfs-write new.txt x\nfs-write src/a.txt y";
    const { file } = await inWorkspace(message, { options, asked, yes: true });
    expect(asked.map(({ subject }) => subject)).toEqual(["new.txt", "src/a.txt"]);
    expect(await file("new.txt")).toBe("x");
  });

  test("are not written any more when the turn is over, whatever is answered then", async () => {
    await using folder = await temporaryFolder();
    const answer = Promise.withResolvers<Answer>();
    const asked = Promise.withResolvers<void>();
    const given = Promise.withResolvers<void>();
    const options = { policy: { kinds: { edit: "ask" as const } } };
    await using pool = createPool({
      adapter: acpAdapter(fakeProfile(), options),
      cwd: folder.path,
      ledger: false,
      onQuestion: async ({ topic }) => {
        if (topic === "other") {
          await asked.promise;
          return { kind: "confirm", yes: true };
        }
        asked.resolve();
        try {
          return await answer.promise;
        } finally {
          given.resolve();
        }
      },
    });
    await pool.run({ message: "fs-write-on new.txt late\nask other" });
    answer.resolve({ kind: "confirm", yes: true });
    await given.promise;
    // By then the agent has its answer, since calls are answered in their order.
    await pool.run({ message: "call nothing" });
    await expect(access(join(folder.path, "new.txt"))).rejects.toThrow("ENOENT");
  });

  test("are written by the end of the turn, or not at all", async () => {
    await using folder = await temporaryFolder();
    await using pool = createPool({
      adapter: acpAdapter(fakeProfile()),
      cwd: folder.path,
      ledger: false,
    });
    const text = "late";
    for (let round = 0; round < 50; round += 1) {
      const { claimedEdits } = await pool.run({ message: `fs-write-on ${round}.txt ${text}` });
      await pool.run({ message: "say later" });
      const written = await readFile(join(folder.path, `${round}.txt`), "utf8").catch(() => null);
      expect(written).toBe(claimedEdits.length === 0 ? null : text);
    }
  });
});

describe("commands that an agent has us run", () => {
  test("are refused unless they are allowed", async () => {
    const refused = await inWorkspace("terminal touch ran.txt");
    expect(refused.reply).toMatch(/error -32000: .*does not allow running touch ran.txt/);
    expect(await refused.file("ran.txt")).toBeNull();
    const allowed = await inWorkspace("terminal echo hi; echo so > ran.txt; exit 3", {
      permissions: { commands: true },
    });
    expect(allowed.reply).toBe("3: hi");
    expect(await allowed.file("ran.txt")).toBe("so\n");
  });

  test.each([
    ["one that its agent waits for", ""],
    ["one that runs beside the turn", " # &\nhang"],
  ])("end with a turn that is cancelled: %s", async (_, rest) => {
    await using folder = await temporaryFolder();
    const adapter = acpAdapter(fakeProfile(), { permissions: { commands: true } });
    await using pool = createPool({
      adapter,
      cwd: folder.path,
      ledger: false,
      interruptTimeoutMs: 30_000,
    });
    const file = join(folder.path, "pid");
    const read = (): Promise<string> => readFile(file, "utf8").catch(() => "");
    const cancel = new AbortController();
    const message = `terminal echo $$ > pid; exec sleep 1000${rest}`;
    const turn = pool.run({ message }, { signal: cancel.signal, release: "keep" });
    const cancelled = expect(turn).rejects.toThrow(
      expect.objectContaining({ code: "TURN_CANCELLED" }),
    );
    await waitFor(async () => (await read()).endsWith("\n"));
    cancel.abort();
    await cancelled;
    expect(isAlive(Number(await read()))).toBe(false);
    expect(pool.status().instances[0]).toMatchObject({ generation: 1, alive: true });
  });

  test("end with their session", async () => {
    await using folder = await temporaryFolder();
    const adapter = acpAdapter(fakeProfile(), { permissions: { commands: true } });
    await using pool = createPool({ adapter, cwd: folder.path, ledger: false });
    const pids: number[] = [];
    for (const end of ["reset", "replace"] as const) {
      const message = "terminal sleep 1000 & echo $! > pid; wait # &";
      await pool.run({ message }, { release: "keep" });
      const read = (): Promise<string> =>
        readFile(join(folder.path, "pid"), "utf8").catch(() => "");
      await waitFor(
        async () => (await read()).endsWith("\n") && !pids.includes(Number(await read())),
      );
      pids.push(Number(await read()));
      expect(isAlive(pids.at(-1) ?? 0)).toBe(true);
      await pool.run({ message: "say done" }, { release: end });
      await waitFor(() => !isAlive(pids.at(-1) ?? 0));
    }
  });
});
