import { documentIdLine, waitFor } from "@cluster/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { aiderAdapter } from "../../src/index.ts";
import { aiderFixture, type Fixture } from "../support/fixture.ts";

// What the other tests show of forked processes, in short: here each is an ordinary one, as on macOS.
const TASK = { message: "Add an id", files: ["one.md"] };

let fixture: Fixture;

beforeAll(async () => {
  fixture = await aiderFixture({ files: { "one.md": "# One\n" }, aider: { host: "process" } });
  await fixture.pool.ready();
});

afterAll(() => fixture?.[Symbol.asyncDispose]());

test("only forked processes are said to start quickly", () => {
  expect(aiderAdapter({ host: "process" }).capabilities?.quickStart).toBe(false);
  expect(aiderAdapter({ host: "fork" }).capabilities?.quickStart).toBe(true);
  expect(aiderAdapter({ host: "fork", protocol: "sentinel" }).capabilities?.quickStart).toBe(false);
});

test("it edits, fails, asks and is stopped alike, in the same process", async () => {
  const { model, pool, repository } = fixture;
  const pid = pool.status().instances[0]?.pid;

  const edited = await fixture.tell(TASK);
  expect(edited.result).toMatchObject({ claimedEdits: ["one.md"], endedBy: "protocol" });
  expect(await repository.read("one.md")).toContain(documentIdLine("one.md"));
  await repository.git("reset", "--quiet", "--hard");

  model.setBehaviour({ kind: "status", status: 401 });
  expect((await fixture.tell(TASK)).error).toMatchObject({ failureClass: "auth" });

  model.setBehaviour({ kind: "text", text: "Run this:\n```bash\ntouch pwned\n```\n" });
  const task = { ...TASK, permissions: { commands: true } };
  const { result } = await fixture.tell(task);
  expect(result?.questions.map(({ question }) => question.topic)).toEqual(["run-command"]);
  await repository.git("clean", "--quiet", "-fd");

  model.setBehaviour({ kind: "hang" });
  model.clearCalls();
  const turn = pool.run(TASK);
  await waitFor(() => model.calls.length > 0);
  turn.cancel();
  await expect(turn).rejects.toMatchObject({ code: "TURN_CANCELLED" });

  model.setBehaviour({ kind: "edit" });
  expect((await fixture.tell(TASK)).error).toBeNull();
  expect(pool.status().instances[0]?.pid).toBe(pid);
});

test("nothing is left of it", async () => {
  await fixture.pool.shutdown();
  await waitFor(() => fixture.processes().length === 0, { what: "the end of all processes" });
  expect(await fixture.temporaryFiles()).toEqual([]);
});
