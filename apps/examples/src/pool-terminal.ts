// The pool alone, around programs that behave differently on a terminal: an interactive shell with job
// control, and a tool that only draws its colours there. Needs the package @lydell/node-pty.
import { createPool, lineProtocol, ptyHost, type ToolAdapter } from "@cluster/pool";

const bash: ToolAdapter = {
  name: "bash",
  host: () => ptyHost({ term: "xterm-256color" }),
  command: () => ({ file: "bash", args: ["--norc", "--noprofile"] }),
  connect: lineProtocol({
    // The prompt is switched off, and what is typed does not hold the nonce in one piece.
    setup: "PS1= PS2=; bind 'set enable-bracketed-paste off'",
    sentinel: {
      command: (nonce) => `echo "${nonce.slice(0, 9)}""${nonce.slice(9)}"\n`,
      output: (nonce) => `${nonce}\n`,
    },
    interruptible: true,
    plain: true,
  }),
};

await using pool = createPool({ adapter: bash });
const run = async (command: string): Promise<string> => (await pool.run(command)).trim();

console.log(await run("test -t 0 && test -t 1 && echo 'on a terminal'"));
console.log(await run("stty size"));
console.log(await run("printf '\\033[32mgreen\\033[0m\\n'"));

// What ^C is for a person: the job in the foreground ends, the shell stays.
await run("place=here");
const slow = pool.run("sleep 600", { turnTimeoutMs: 200 });
console.log(await slow.catch((error: unknown) => (error as Error).message));
console.log(await run("echo still $place"));
