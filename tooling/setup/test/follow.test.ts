import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { isAlive, waitFor } from "@cluster/testkit";
import { expect, test } from "vitest";

const follow = fileURLToPath(new URL("../follow.mjs", import.meta.url));

// What npm does: a shell that starts the program, and is the only one to get the SIGTERM.
const PROGRAM = `
import { spawn } from "node:child_process";
import { follow } from ${JSON.stringify(follow)};
const child = spawn("sleep", ["600"]);
console.log(process.pid + " " + child.pid);
follow(child);
`;

test("what runs under npm ends when npm's shell is ended", async () => {
  const script = `"$NODE" --input-type=module -e "$PROGRAM"; true`;
  const env = { ...process.env, NODE: process.execPath, PROGRAM };
  const shell = spawn("sh", ["-c", script], { env, stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface({ input: shell.stdout }), "line")) as [string];
  const [program = 0, child = 0] = line.split(" ").map(Number);
  expect(await isAlive(child)).toBe(true);
  shell.kill("SIGTERM");
  await waitFor(async () => !(await isAlive(child)) && !(await isAlive(program)), {
    what: "both to be gone",
  });
});
