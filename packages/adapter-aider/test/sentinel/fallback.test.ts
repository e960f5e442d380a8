import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createPool } from "@cluster/pool";
import { sampleRepository, temporaryFolder } from "@cluster/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { aiderAdapter } from "../../src/index.ts";
import { realAider } from "../support/aider.ts";
import { aiderFixture } from "../support/fixture.ts";

// Python imports sitecustomize at its start. This one makes aider.main.main lose a parameter that the
// driver needs and the command line does not, as a later version of aider might.
const CHANGED_AIDER = `
import importlib.abc, importlib.machinery, sys

class Change(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != "aider.main":
            return None
        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        execute = spec.loader.exec_module
        def exec_module(module):
            execute(module)
            main = module.main
            module.main = lambda argv=None, input=None, output=None, force_git_root=None: main(
                argv, input, output, force_git_root
            )
        spec.loader.exec_module = exec_module
        return spec

sys.meta_path.insert(0, Change())
`;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeFile(join(folder.path, "sitecustomize.py"), CHANGED_AIDER);
});

afterAll(() => folder?.[Symbol.asyncDispose]());

test.each(["fork", "process"] as const)(
  "where the driver does not fit, aider's command line takes over, and says so: %s",
  async (host) => {
    await using fixture = await aiderFixture({
      files: { "one.md": "# One\n" },
      aider: { host, environment: { PYTHONPATH: folder.path } },
    });
    const task = { message: "Add an id", files: ["one.md"] };
    const { result, error, events } = await fixture.tell(task);
    expect(error).toBeNull();
    expect(result).toMatchObject({ claimedEdits: ["one.md"], endedBy: "sentinel" });
    expect(events).toContainEqual({
      type: "notice",
      level: "warning",
      text: expect.stringMatching(/command line instead.*main\(return_coder\)/s),
    });
    const again = await fixture.tell(task);
    expect(again.events.map(({ type }) => type)).not.toContain("notice");
  },
);

test("the probe says it too", async () => {
  const { executable } = await realAider();
  const options = { executable, environment: { PYTHONPATH: folder.path } };
  expect(await aiderAdapter(options).probe?.()).toMatchObject({
    installed: true,
    warning: expect.stringMatching(/sentinel.*main\(return_coder\)/s),
  });
  const environment = { HOME: folder.path, OPENAI_API_KEY: "a-key-of-nobody" };
  const plain = await aiderAdapter({ executable, environment, folder: folder.path }).probe?.();
  const login = expect.stringContaining("OPENAI_API_KEY");
  expect(plain).toEqual({ installed: true, version: "0.86.2", path: executable, login });
  expect(JSON.stringify(plain)).not.toContain("a-key-of-nobody");
});

test("where only the driver is wanted, the start fails and says what is missing", async () => {
  await using repository = await sampleRepository();
  const { executable } = await realAider();
  const environment = { PYTHONPATH: folder.path };
  await using pool = createPool({
    adapter: aiderAdapter({ executable, protocol: "driver", environment }),
    cwd: repository.path,
    startTimeoutMs: 120_000,
  });
  await expect(pool.ready()).rejects.toMatchObject({
    failureClass: "environment",
    message: expect.stringContaining("main(return_coder)"),
  });
});
