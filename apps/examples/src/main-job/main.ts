// `npm start`: five coding agents add a header to 24 files of a sample repository, and land them.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { sampleRepository } from "@cluster/testkit";
import { chooseAgent } from "./choose-agent.ts";

const say = (text: string): void => console.error(text);

const [flag] = process.argv.slice(2);
if (flag !== undefined && flag !== "--real") {
  say(`It does not know ${flag}. With the model of your own key: npm start -- --real`);
  process.exit(2);
}

// Not disposed: the result is there to be looked at.
const repository = await sampleRepository({ files: 24, prefix: "cluster-sample-" });
say(
  `Sample repository: ${repository.path} (${repository.files.length} files). ` +
    "It stays, for you to look at; delete it when you have.",
);

const agent = await chooseAgent(process.argv.slice(2), say);
const cli = fileURLToPath(import.meta.resolve("@cluster/cli/main"));
const child = spawn(
  process.execPath,
  [
    "--conditions=@cluster/source",
    cli,
    "run",
    "-m",
    "Add a DOC_ID header to the top of the file",
    "docs/**/*.md",
    "-w",
    "5",
    "-C",
    repository.path,
    ...agent.arguments,
  ],
  { stdio: "inherit", env: { ...process.env, ...agent.environment } },
);
// ^C reaches the child from the terminal; it lets its turns end first.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
process.exitCode = await new Promise<number>((resolve) => {
  child.on("exit", (code) => resolve(code ?? 1));
});
await agent.dispose();
