// An adapter for a tool of your own, in twenty lines. The tool here is `sh`, one command at a time.
import { createPool, lineProtocol, type ToolAdapter } from "@cluster/pool";

const shell: ToolAdapter = {
  name: "shell",
  capabilities: { conversation: true },
  command: (slot) => ({ file: "sh", cwd: slot.cwd }),
  connect: lineProtocol({
    sentinel: { command: (nonce) => `echo ${nonce}\n`, output: (nonce) => `${nonce}\n` },
    mergeStderr: true,
  }),
  probe: async () => ({ installed: true, version: "POSIX", path: "/bin/sh" }),
};

await using pool = createPool({ adapter: shell, size: 2, cwd: "/" });
console.log(await pool.run("pwd"));

// A lease keeps one process to itself, and its context with it.
await using lease = await pool.lease();
await lease.run("cd /usr");
console.log(await lease.run("pwd"));
