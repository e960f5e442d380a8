import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installAider } from "@cluster/adapter-aider";
import { sampleRepository, startStandInModel, temporaryFolder } from "@cluster/testkit";
import { execa } from "execa";
import { beforeAll, describe, expect, test } from "vitest";
import { documentedCommands } from "./documented-commands.ts";

const root = new URL("../../../", import.meta.url);
const readme = await documentedCommands(new URL("README.md", root));
const contributing = await documentedCommands(new URL("CONTRIBUTING.md", root));
const examples = await documentedCommands(new URL("apps/examples/README.md", root));

// This very test is a part of the first, and cannot run it again; the second is run beside it, by .ci/run.
const NOT_HERE: readonly string[] = ["npm test", "npm run test:agents"];

/** Runs a documented line as its reader would: in the checkout, with a shell. */
function runLine(line: string, env: Readonly<Record<string, string>> = {}) {
  return execa("sh", ["-c", line], { cwd: root, env, all: true });
}

describe("README.md", () => {
  beforeAll(async () => {
    if (process.env.CLUSTER_AIDER === undefined) await installAider();
  });

  test("every command does what the text says, on a repository beside the checkout", async () => {
    await using sample = await sampleRepository({ files: 3 });
    await using model = await startStandInModel();
    await using home = await temporaryFolder();
    // The user's own configuration of aider names the model, as the adapter's README promises.
    const settings = await model.writeAiderSettings(join(home.path, "model"));
    await writeFile(
      join(home.path, ".aider.conf.yml"),
      JSON.stringify({
        model: model.model,
        "openai-api-base": model.baseUrl,
        "model-settings-file": settings.modelSettingsFile,
        "model-metadata-file": settings.modelMetadataFile,
      }),
    );
    const cache = process.env.XDG_CACHE_HOME ?? join(process.env.HOME ?? "", ".cache");
    await mkdir(cache, { recursive: true });
    const env = { HOME: home.path, XDG_CACHE_HOME: cache, OPENAI_API_KEY: model.apiKey };

    const ran: string[] = [];
    for (const line of readme) {
      if (NOT_HERE.includes(line)) continue;
      // The one thing that is the reader's own: where his repository is.
      const { all } = await runLine(line.replace("../my-repository", sample.path), env);
      ran.push(line);
      if (line.includes("--dry-run")) expect(all).toContain("docs/page-003.md");
    }
    expect(ran.filter((line) => line.startsWith("npm start"))).toHaveLength(ran.length);
    expect(ran.length).toBeGreaterThanOrEqual(5);
    expect((await sample.git("grep", "-l", "DOC_ID", "main")).split("\n")).toHaveLength(3);
  }, 240_000);

  test("links lead to files that are there", async () => {
    const { stdout } = await execa("git", ["ls-files", "*.md"], { cwd: root });
    const missing: string[] = [];
    for (const document of stdout.split("\n")) {
      const text = await readFile(new URL(document, root), "utf8");
      for (const [, target = ""] of text.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)) {
        const path = new URL(target, new URL(document, root));
        await access(path).catch(() => missing.push(`${document} → ${fileURLToPath(path)}`));
      }
    }
    expect(missing).toEqual([]);
  });
});

describe("CONTRIBUTING.md", () => {
  test.each(contributing.filter((line) => !NOT_HERE.includes(line)))(
    "%s",
    async (line) => {
      // Without pnpm on the machine its reader takes npx, as the text says.
      await runLine(line.replace(/^pnpm /, "npx -y pnpm@12.21.0 "), { CI: "" });
    },
    120_000,
  );
});

describe("apps/examples/README.md", () => {
  test.each(examples)("%s", async (line) => {
    await runLine(line);
  });
});
