import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { processesIn, type TemporaryFolder, temporaryFolder, waitFor } from "@cluster/testkit";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isExpectedOutput } from "../src/readme/expected-output.ts";
import { firstExample } from "../src/readme/first-example.ts";
import { shellBlocks } from "../src/readme/shell-blocks.ts";
import { startEmptyRegistry } from "../src/registry/empty-registry.ts";
import { type LoopbackRegistry, startLoopbackRegistry } from "../src/registry/loopback-registry.ts";
import { publishAll } from "../src/registry/publish.ts";
import { type EmptyProject, installAlone } from "../src/stranger/empty-project.ts";
import { type FollowedGuide, followGuide } from "../src/stranger/follow-guide.ts";
import { filesWithMachinePaths, publishedFiles } from "../src/stranger/published-files.ts";
import { runExample } from "../src/stranger/run-example.ts";
import { typeCheck } from "../src/stranger/type-check.ts";
import { buildPackages } from "../src/workspace/build.ts";
import { workspacePackages } from "../src/workspace/packages.ts";
import { packageManagerOf } from "../src/workspace/pnpm.ts";
import { workspaceRoot } from "../src/workspace/root.ts";

const all = await workspacePackages(workspaceRoot);
const published = all.filter(({ isPrivate }) => !isPrivate);

/** A guide that consists of these commands. */
const guideOf = (commands: readonly string[]): string =>
  commands.map((block) => `\`\`\`sh\n${block.trim()}\n\`\`\`\n`).join("");

let registry: LoopbackRegistry;
let npmCache: TemporaryFolder;

beforeAll(async () => {
  npmCache = await temporaryFolder();
  await buildPackages(workspaceRoot);
  registry = await startLoopbackRegistry();
  await publishAll(workspaceRoot, registry);
});

afterAll(async () => {
  await registry?.[Symbol.asyncDispose]();
  await npmCache?.[Symbol.asyncDispose]();
});

it.for(all)(
  "$name is in the registry exactly if it is not private",
  async ({ name, isPrivate }) => {
    const answer = await fetch(`${registry.url}${name.replace("/", "%2f")}`);
    expect(answer.status).toBe(isPrivate ? 404 : 200);
  },
);

describe("docs/write-an-adapter.md", () => {
  const sections = async (): Promise<readonly [guide: string, checkout: string]> => {
    const guide = await readFile(join(workspaceRoot, "docs", "write-an-adapter.md"), "utf8");
    const [main = "", checkout = ""] = guide.split("\n## From a checkout\n");
    return [main, checkout];
  };
  /** Its promises were tried, and none was broken. */
  const expectKept = ({ exitCode, all: printed }: FollowedGuide): void => {
    expect(exitCode, printed).toBe(0);
    expect(printed).toMatch(/Tests .*\d{2,} passed/);
    expect(printed).toMatch(
      /The adapter "\w+" keeps \d{2} of \d{2} promises\.\n +not shown: .*give samples\.dies/,
    );
    expect(printed).not.toMatch(/\d+ failed/);
  };

  it("is followed from an empty folder to a commit of the new tool", {
    timeout: 420_000,
  }, async () => {
    const [guide] = await sections();
    await using followed = await followGuide(guide, { registry, npmCache: npmCache.path });
    expectKept(followed);
    const repository = join(followed.path, "my-repository");
    expect(await readFile(join(repository, "notes.md"), "utf8")).toBe("# Notes\nA line more\n");
    await waitFor(() => processesIn(followed.path).length === 0, {
      what: "the guide's processes to end",
    });
  });

  it("is followed from a checkout, where no registry has the packages", {
    timeout: 420_000,
  }, async () => {
    const [, checkout] = await sections();
    const [pack = "", ...use] = shellBlocks(checkout);
    await using packed = await temporaryFolder();
    expect(pack).toContain(`npx --yes ${await packageManagerOf(workspaceRoot)} build\n`);
    await execa("sh", ["-euc", pack], {
      env: {
        CHECKOUT: workspaceRoot,
        PACKED: packed.path,
        TURBO_TELEMETRY_DISABLED: "1",
      },
      all: true,
    });
    await using empty = await startEmptyRegistry();
    await using followed = await followGuide(guideOf(use), {
      registry: empty,
      npmCache: npmCache.path,
      variables: { PACKED: packed.path },
    });
    expectKept(followed);
    expect(followed.all).toMatch(/^ok +tool hello/m);
    const notes = join(followed.path, "my-repository", "notes.md");
    expect(await readFile(notes, "utf8")).toBe("# Notes\nA line more\n");
  });
});

describe("an adapter package beside a command that is installed globally", () => {
  it("is listed, and its tool lands edits in a repository that has neither", {
    timeout: 420_000,
  }, async () => {
    const script = `
      npm install --global --prefix ../global @cluster/cli
      export PATH="$PWD/../global/bin:$PATH"
      cluster tools new hello
      npm pack ./cluster-adapter-hello
      npm install --global --prefix ../global ./cluster-adapter-hello-*.tgz
      rm -r cluster-adapter-hello
      mkdir my-repository
      cd my-repository
      git init --quiet
      printf '# Notes\\n' > notes.md
      git add .
      git commit --quiet --message "Notes"
      cluster tools list
      cluster run --tool hello -m "A line more" notes.md
      cat notes.md
      ls -A`;
    await using followed = await followGuide(guideOf([script]), {
      registry,
      npmCache: npmCache.path,
    });
    expect(followed.exitCode, followed.all).toBe(0);
    expect(followed.all).toMatch(/^hello .*package cluster-adapter-hello@0\.1\.0/m);
    expect(followed.all).toContain("# Notes\nA line more\n");
    expect(followed.all).not.toMatch(/^node_modules$/m);
  });
});

describe.for(published)("$name, installed alone in an empty project", ({ name, folder }) => {
  let project: EmptyProject;

  beforeAll(async () => {
    project = await installAlone(name, registry, npmCache.path);
  });

  afterAll(() => project?.[Symbol.asyncDispose]());

  it("brings no package of ours from anywhere else", () => {
    const elsewhere = Object.values(project.sources).filter((url) => !url.startsWith(registry.url));
    expect(Object.keys(project.sources)).toContain(`node_modules/${name}`);
    expect(elsewhere).toEqual([]);
  });

  it("carries code, declarations, README and licence, and nothing that only we need", async () => {
    const files = await publishedFiles(project.installed);
    const documents = ["LICENSE", "README.md"];
    if (existsSync(join(folder, "CHANGELOG.md"))) documents.push("CHANGELOG.md");
    expect(files).toEqual(
      expect.arrayContaining(["package.json", "dist/index.js", "dist/index.d.ts", ...documents]),
    );
    const ours =
      /(^|\/)(test|src|__pycache__)\/|\.test\.|\.tsbuildinfo$|(?<!\.d)\.ts$|(^|\/)tsconfig|\.tgz$/;
    expect(files.filter((file) => ours.test(file))).toEqual([]);
    expect(await filesWithMachinePaths(project.installed, files)).toEqual([]);
  });

  it("says on which Node and systems it runs, and what it needs in versions of a registry", async () => {
    const manifest = JSON.parse(await readFile(join(project.installed, "package.json"), "utf8"));
    expect(manifest.engines.node).toMatch(/^>=\d+/);
    expect(manifest.os).toEqual(expect.arrayContaining(["linux", "darwin"]));
    for (const version of Object.values(manifest.dependencies ?? {})) {
      expect(version).toMatch(/^[\^~]?\d+\.\d+\.\d+/);
    }
    expect(JSON.stringify(manifest.exports)).not.toContain("@cluster/source");
  });

  it("has types that resolve without the workspace", async () => {
    expect(await typeCheck(name, project)).toBe("");
  });

  it("runs the first example of its README, which leaves no process behind", {
    timeout: 270_000,
  }, async () => {
    const example = firstExample(await readFile(join(project.installed, "README.md"), "utf8"));
    const result = await runExample(example, project);
    expect(result.exitCode, result.all).toBe(0);
    if (example.expected !== null && !isExpectedOutput(example.expected, result.stdout)) {
      expect(result.stdout).toBe(example.expected);
    }
    await waitFor(() => processesIn(project.root).length === 0, {
      what: "the example's processes to end",
    });
  });
});
