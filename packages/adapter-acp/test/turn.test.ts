import { readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createPool } from "@cluster/pool";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { AGENT_PROFILES, acpAdapter } from "../src/index.ts";
import { fakeProfile } from "./support/fake.ts";

test("a task is a prompt in a session, its answer the agent's words, edits and tokens", async () => {
  await using folder = await temporaryFolder();
  await using pool = createPool({ adapter: acpAdapter(fakeProfile()), cwd: folder.path });
  const turn = pool.run({ message: "think hm\nsay Done: \nwrite a.txt new", files: ["a.txt"] });
  const events: string[] = [];
  for await (const event of turn) events.push(event.type);
  expect(await turn).toEqual({
    reply: "Done: Write a.txt: allow_once. ",
    claimedEdits: ["a.txt"],
    usage: { inputTokens: 100, outputTokens: 10 },
    costUsd: "unknown",
    questions: [
      {
        question: { kind: "confirm", topic: "create-file", text: "Write a.txt", subject: "a.txt" },
        answer: { kind: "confirm", yes: true },
      },
    ],
    endedBy: "protocol",
    proof: "proven",
  });
  expect(events).toEqual(["started", "text", "notice", "edit", "text", "usage"]);
  expect(await readFile(join(folder.path, "a.txt"), "utf8")).toBe("new\n");
});

test("a reset is a fresh session on the same process; without one the session goes on", async () => {
  await using folder = await temporaryFolder();
  await using pool = createPool({ adapter: acpAdapter(fakeProfile()), cwd: folder.path });
  const replies: string[] = [];
  const ask = async (message: string, release: "keep" | "reset"): Promise<void> => {
    replies.push((await pool.run({ message }, { release })).reply);
  };
  await ask("remember one", "keep");
  await ask("recall", "reset");
  await ask("recall", "keep");
  expect(replies).toEqual(["remembered", "one", "nothing"]);
  expect(pool.status().instances[0]?.generation).toBe(1);
});

test("tokens that an agent tells as it goes are added up, and prove what it did", async () => {
  await using folder = await temporaryFolder();
  const { usageOfUpdate } = AGENT_PROFILES.qwen;
  const profile = fakeProfile(["no-usage"], {
    ...(usageOfUpdate && { usageOfUpdate }),
    proof: ({ usage }) => (usage === null ? "failed" : "proven"),
  });
  await using pool = createPool({ adapter: acpAdapter(profile), cwd: folder.path, ledger: false });
  expect(await pool.run({ message: "spend 100 10\nsay one\nspend 200 20" })).toMatchObject({
    reply: "one",
    usage: { inputTokens: 300, outputTokens: 30 },
    proof: "proven",
  });
});

test("a session is named where its agent would have the model invent a name", async () => {
  await using folder = await temporaryFolder();
  const replies: string[] = [];
  // One that cannot be named is used all the same.
  for (const naming of ["session/set_title", "session/unknown", undefined]) {
    const adapter = acpAdapter(fakeProfile([], naming === undefined ? {} : { naming }));
    await using pool = createPool({ adapter, cwd: folder.path, ledger: false });
    replies.push((await pool.run({ message: "title" })).reply);
  }
  expect(replies).toEqual(["cluster", "none", "none"]);
});

test("a repository's instructions are told once in a session where its settings are left alone", async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, "RULES.md"), "say rules;");
  await symlink("/etc/hostname", join(folder.path, "LINK.md"));
  const profile = fakeProfile([], { instructions: ["NONE.md", "LINK.md", "RULES.md"] });
  const replies: string[] = [];
  for (const repositorySettings of ["deny", "allow"] as const) {
    const adapter = acpAdapter(profile, { repositorySettings });
    await using pool = createPool({ adapter, cwd: folder.path, ledger: false });
    for (const release of ["keep", "reset", "keep"] as const) {
      replies.push((await pool.run({ message: "say task" }, { release })).reply);
    }
  }
  expect(replies).toEqual(["rules;task", "task", "rules;task", "task", "task", "task"]);
});
