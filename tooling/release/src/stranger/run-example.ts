import { writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import type { FirstExample } from "../readme/first-example.ts";
import type { EmptyProject } from "./empty-project.ts";
import { strangerEnvironment } from "./environment.ts";

/** How long an example may take, in milliseconds: the first time it may have a tool to install. */
const EXAMPLE_TIMEOUT_MS = 240_000;

/** What an example did. */
export interface ExampleResult {
  /** Undefined when a signal or the deadline ended it. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  /** Both streams, for the message of a failed test. */
  readonly all: string;
}

/** Runs the first example of a README as CONTRIBUTING.md says, in the project and with its home. */
export async function runExample(
  example: FirstExample,
  project: EmptyProject,
): Promise<ExampleResult> {
  const env = await strangerEnvironment(project.home);
  const [file, args] = await prepare(example, project.path);
  const result = await execa(file, args, {
    cwd: project.path,
    env: {
      ...env,
      PATH: [join(project.path, "node_modules", ".bin"), env.PATH].join(delimiter),
    },
    extendEnv: false,
    stdin: "ignore",
    all: true,
    reject: false,
    timeout: EXAMPLE_TIMEOUT_MS,
  });
  return { exitCode: result.exitCode, stdout: result.stdout, all: result.all };
}

async function prepare(example: FirstExample, folder: string): Promise<[string, string[]]> {
  if (example.language === "sh") return ["sh", ["-eu", "-c", example.code]];
  const name = `example.${example.language === "ts" ? "ts" : "mjs"}`;
  await writeFile(join(folder, name), example.code);
  return ["node", [name]];
}
