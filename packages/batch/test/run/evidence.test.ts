import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { LocalRunStore } from "@cluster/batch";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { bench, tasksFor } from "../sample/sample-run.ts";

test("edits outside the task's files are evidence: kept under a ref, not landed", async () => {
  await using sample = await bench({ files: 2 });
  const [file = "", other = ""] = sample.repository.files;
  const before = await sample.repository.read(other);
  const { report } = await sample.run(tasksFor([file], `edit [fake:outside=${other}]`));

  const [task] = report.tasks;
  expect(task).toMatchObject({ outcome: "landed" });
  expect(task?.evidence.changes).toMatchObject([{ path: file, status: "modified" }]);
  expect(task?.evidence.outside).toMatchObject([{ path: other, status: "modified" }]);
  expect(await sample.repository.read(other)).toBe(before);
  expect(await sample.repository.read(file)).toContain("DOC_ID");
  const ref = task?.evidence.outsideRef ?? "";
  expect(ref).toMatch(/^refs\/cluster\//);
  expect(await sample.repository.git("show", `${ref}:${other}`)).toContain("outside the task's");
});

test("edits elsewhere alone are no-change, and the reason names them", async () => {
  await using sample = await bench({ files: 2 });
  const [file = "", other = ""] = sample.repository.files;
  const { report } = await sample.run(tasksFor([file], `[fake:no-change] [fake:outside=${other}]`));
  expect(report.tasks[0]).toMatchObject({ outcome: "no-change" });
  expect(report.tasks[0]?.reason?.message).toContain(other);
  expect(report.tasks[0]?.evidence.outsideRef).not.toBeNull();
});

test("with allowOutside they are landed", async () => {
  await using sample = await bench({ files: 2 });
  const [file = "", other = ""] = sample.repository.files;
  const { report } = await sample.run(tasksFor([file], `edit [fake:outside=${other}]`), {
    allowOutside: true,
  });
  expect(report.tasks[0]).toMatchObject({ outcome: "landed", evidence: { outsideRef: null } });
  expect(await sample.repository.read(other)).toContain("outside the task's");
  expect(await sample.repository.read(file)).toContain("DOC_ID");
});

test.each(["fail=refused", "crash"])(
  "the edit of a turn that ends with %s is parked and not landed",
  async (directive) => {
    await using sample = await bench({ files: 1 });
    const [file = ""] = sample.repository.files;
    const { report } = await sample.run(tasksFor([file], `edit [fake:after-edit=${directive}]`), {
      retries: 0,
    });
    const { outcome, evidence } = report.tasks[0] ?? {};
    expect(outcome).toBe("tool-error");
    expect(evidence?.changes).toMatchObject([{ path: file }]);
    expect(await sample.repository.read(file)).not.toContain("DOC_ID");
    const parked = `${evidence?.parkedRef}:${file}`;
    expect(await sample.repository.git("show", parked)).toContain("DOC_ID");
    expect(report.delivery).toEqual({ kind: "nothing" });
  },
);

test("questions and their answers are evidence", async () => {
  await using sample = await bench({
    files: 1,
    adapt: (tool) => tool,
  });
  const { report } = await sample.run(tasksFor(sample.repository.files, "edit [fake:ask=May I?]"), {
    onQuestion: () => ({ kind: "confirm", yes: true }),
  });
  expect(report.tasks[0]).toMatchObject({
    outcome: "landed",
    evidence: {
      questions: [{ question: { text: "May I?" }, answer: { kind: "confirm", yes: true } }],
    },
  });
});

test("of several attempts that failed with an edit, each edit is kept", async () => {
  await using sample = await bench({ files: 2 });
  const [file = "", other = ""] = sample.repository.files;
  const prompt = [
    `[fake:first=1:append=one] [fake:append=both] [fake:outside=${other}]`,
    "[fake:after-edit=fail=malformed]",
  ].join(" ");
  const { report } = await sample.run(tasksFor([file], prompt), { retries: 1 });
  const { outcome, attempts, evidence } = report.tasks[0] ?? {};
  expect({ outcome, attempts }).toEqual({ outcome: "tool-error", attempts: 2 });
  expect(evidence?.earlierRefs).toEqual([expect.stringMatching(/^refs\/cluster\/.*-attempt-1$/)]);
  const [earlier = ""] = evidence?.earlierRefs ?? [];
  const kept = (ref: string) => sample.repository.git("show", `${ref}:${file}`);
  expect(await kept(earlier)).toContain("one");
  expect(await kept(evidence?.parkedRef ?? "")).not.toContain("one");
});

test("the edit of a failed attempt has a ref while its task goes on, and none once that has landed", async () => {
  await using sample = await bench({ files: 2 });
  const [file = "", other = ""] = sample.repository.files;
  const refs = (): string[] =>
    execFileSync("git", ["for-each-ref", "--format=%(refname)", "refs/cluster/"], {
      cwd: sample.repository.path,
      encoding: "utf8",
    })
      .split("\n")
      .filter((ref) => ref !== "");
  const prompt = `edit [fake:outside=${other}] [fake:first=1:after-edit=fail=overload]`;
  await using run = await sample.start(tasksFor([file], prompt), { retries: 1 });
  const between: string[] = [];
  run.subscribe((event) => {
    if (event.type === "attempt.started" && event.attempt === 2) between.push(...refs());
  });
  const { tasks } = await run.finished;
  const [task] = tasks;
  expect(task).toMatchObject({ outcome: "landed", attempts: 2 });
  expect(between).toEqual([`refs/cluster/${run.id}/${task?.task}-attempt-1`]);
  expect(refs()).toEqual([task?.evidence.outsideRef]);
});

test("each attempt names the part of the transcript that is its own", async () => {
  await using sample = await bench({ files: 3 });
  await using state = await temporaryFolder();
  const store = new LocalRunStore({ folder: state.path });
  const tasks = sample.repository.files.map((file, i) => ({
    prompt: `edit, number ${i}${i === 0 ? " [fake:first=1:fail=overload]" : ""}`,
    files: [file],
  }));
  const { report } = await sample.run(tasks, { store, transcripts: true, workers: 1 });
  using reader = await store.read({ commonDir: join(sample.repository.path, ".git") }, "last");
  const told: string[] = [];
  for (const { task } of report.tasks) {
    for (const { result } of reader.attempts(task)) {
      const { from, to } = result?.evidence.transcript ?? {};
      expect(from?.file).toBe("transcripts/instance-0.log");
      const text = await readFile(join(reader.folder, from?.file ?? ""));
      const part = text.subarray(from?.offset, to?.offset).toString();
      told.push([...new Set(part.match(/number \d/g))].join());
    }
  }
  expect(told).toEqual(["number 0", "number 0", "number 1", "number 2"]);
  expect(report.tasks[1]?.evidence.endedBy).toBe("protocol");
});

test("without transcripts none is named", async () => {
  await using sample = await bench({ files: 1 });
  const { report } = await sample.run(tasksFor(sample.repository.files, "edit"));
  expect(report.tasks[0]?.evidence.transcript).toBeNull();
});

test("what no commit can hold is named, and the rest lands", async () => {
  await using sample = await bench({
    files: 1,
    adapt: (tool) => ({
      ...tool,
      connect(...given) {
        const connection = tool.connect(...given);
        return {
          ...connection,
          ready: (signal) => connection.ready(signal),
          async run(task, context) {
            const result = await connection.run(task, context);
            execFileSync("git", ["init", "-q", "made"], { cwd: task.workspace });
            return result;
          },
        };
      },
    }),
  });
  const { report } = await sample.run(tasksFor(sample.repository.files, "edit"));
  const [task] = report.tasks;
  expect(task).toMatchObject({ outcome: "landed" });
  expect(task?.evidence.outside).toMatchObject([{ path: "made", unlandable: expect.any(String) }]);
  expect(report.warnings).toEqual([expect.stringMatching(/left what no commit can hold: made \(/)]);
});
