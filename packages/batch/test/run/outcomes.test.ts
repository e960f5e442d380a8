import { expect, test } from "vitest";
import { bench, tasksFor } from "../sample/sample-run.ts";

test("every file's edit is landed as a commit with trailers, and delivered", async () => {
  await using sample = await bench({ files: 6 });
  const { report, events } = await sample.run(tasksFor(sample.repository.files, "Add a DOC_ID"));

  expect(report).toMatchObject({ ok: true, end: "complete", counts: { landed: 6 } });
  expect(report.delivery.kind).toBe("merged");
  for (const file of sample.repository.files) {
    expect(await sample.repository.read(file)).toContain("DOC_ID");
  }
  const log = await sample.repository.git("log", "--format=%(trailers:only,unfold)", "-6");
  expect(log.match(/Cluster-Task: /g)).toHaveLength(6);
  expect(log).toContain(`Cluster-Run: ${report.run}`);
  expect(log).toContain("Cluster-Tool: sample-agent");
  expect(events.at(0)?.type).toBe("run.started");
  expect(events.at(-1)?.type).toBe("run.ended");
  expect(await sample.leftovers()).toEqual([]);
});
