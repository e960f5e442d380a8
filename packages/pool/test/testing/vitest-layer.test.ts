import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { conformance, judgeAdapter } from "../../src/testing/index.ts";
import { sampleAdapter, sampleSamples } from "./support/sample-adapter.ts";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const here = fileURLToPath(new URL(".", import.meta.url));

const PROGRAM = `
import { conformance } from "${here}../../src/testing/index.ts";
import { sampleAdapter, sampleSamples } from "${here}support/sample-adapter.ts";
const { works, slow } = sampleSamples();
conformance(sampleAdapter("cancel.next"), { works, slow }, { require: ["context.reset"] });
`;

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

test("a broken promise is a failed test, a missing sample a skipped one, unless it is required", async () => {
  // Within the workspace, where vitest is found.
  const folder = join(root, "node_modules", ".cache", `conformance-${process.pid}`);
  await mkdir(folder, { recursive: true });
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "broken.test.ts"), PROGRAM);
  const output = join(folder, "report.json");
  const config = 'export default { resolve: { conditions: ["@cluster/source"] } };';
  await writeFile(join(folder, "vitest.config.mjs"), config);
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const run = promisify(execFile)(
    process.execPath,
    [
      vitest,
      "run",
      ...["--root", folder],
      ...["--reporter=default", "--reporter=json", `--outputFile.json=${output}`],
    ],
    { cwd: folder },
  );
  const failed = await run.then(
    () => null,
    (error: { readonly code: number; readonly stdout: string }) => error,
  );
  expect(failed?.code).toBe(1);
  // What an ordinary run shows of what was not tried, though the reporter leaves skipped tests out.
  expect(failed?.stdout).toMatch(/The adapter "sample" keeps \d+ of \d+ promises and breaks 1\.\n/);
  expect(failed?.stdout).toMatch(/^ {2}not shown: .*crash\.exits \(give samples\.dies\)/m);
  expect(failed?.stdout).toMatch(/^ {2}not offered: .*agent\.result, agent\.usage \(its result/m);
  const { testResults } = JSON.parse(await readFile(output, "utf8")) as Report;
  const all = testResults.flatMap(({ assertionResults }) => assertionResults);
  const of = (id: string): (typeof all)[number] | undefined =>
    all.find(({ title }) => title.includes(`(${id})`));
  expect(of("turn.answers")).toMatchObject({
    status: "passed",
    title: "answers a request, and says what proved the end of its turn (turn.answers)",
  });
  expect(of("cancel.next")?.failureMessages.join()).toMatch(
    /is not right: "done at last"\nWhat to do: Let interrupt\(\) resolve only when/,
  );
  // No line of the kit's own says where an adapter is wrong.
  expect(of("cancel.next")?.failureMessages.join()).not.toMatch(/\n\s+at /);
  expect(of("crash.exits")).toMatchObject({
    status: "skipped",
    title: expect.stringContaining("not shown, give samples.dies"),
  });
  expect(of("context.reset")?.failureMessages.join()).toContain(
    "It is required, but not shown: give samples.secret.",
  );
  expect(all.filter(({ status }) => status === "failed")).toHaveLength(2);
});

test.each<[object, object, string]>([
  [{ slwo: () => "" }, {}, "samples.slwo: there is no such option (did you mean slow?)."],
  [
    { hostile: { nuls: () => "" } },
    {},
    "samples.hostile.nuls: there is no such option (did you mean nul?).",
  ],
  [
    { fails: { qouta: 1 } },
    {},
    "samples.fails.qouta: there is no such option (did you mean quota?).",
  ],
  [
    { secret: { plants: 1 } },
    {},
    "samples.secret.plants: there is no such option (did you mean plant?).",
  ],
  [{}, { requir: ["cancel.next"] }, "requir: there is no such option (did you mean require?)."],
  [
    { require: ["cancel.next"] },
    {},
    "samples.require: it is an option: conformance(adapter, samples, { require: … }).",
  ],
])("a sample or an option that does not exist is refused: %j %j", (samples, options, message) => {
  const { works } = sampleSamples();
  expect(() => conformance(sampleAdapter(), { works, ...samples }, options)).toThrow(
    expect.objectContaining({ code: "OPTION_INVALID", message: `conformance: ${message}` }),
  );
});

test("without a test runner too", async () => {
  const { works } = sampleSamples();
  const misspelt: object = { ony: ["turn.answers"] };
  await expect(judgeAdapter(sampleAdapter(), { works }, misspelt)).rejects.toThrow(
    "judgeAdapter: ony: there is no such option (did you mean only?).",
  );
});

test("a promise that nobody knows cannot be required", () => {
  const register = (): void =>
    conformance(sampleAdapter(), sampleSamples(), { require: ["cancel.nxet"] });
  expect(register).toThrow(/expected ids of promises in require, found "cancel\.nxet"/);
});
