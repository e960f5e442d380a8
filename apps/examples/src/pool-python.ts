// The pool alone, around an interactive program that was made for people: `python3 -i`.
import { createPool, lineProtocol, type ToolAdapter } from "@cluster/pool";

const python: ToolAdapter = {
  name: "python",
  command: () => ({
    file: "python3",
    args: ["-u", "-q", "-i", "-c", "import sys; sys.ps1 = sys.ps2 = ''"],
  }),
  connect: lineProtocol({
    sentinel: { command: (nonce) => `print("${nonce}")\n`, output: (nonce) => `${nonce}\n` },
    encode: (code) => `exec(${JSON.stringify(code)})`,
    mergeStderr: true,
    interruptible: true,
  }),
};

await using pool = createPool({ adapter: python, size: 3 });

// Twelve requests on three warm interpreters.
const squares = await Promise.all(
  Array.from({ length: 12 }, (_, n) => pool.run(`print(${n} ** 2)`)),
);
console.log(squares.join(" "));

// A turn that takes too long is stopped; its interpreter is brought back in step and stays.
const slow = pool.run("import time; time.sleep(60)", { turnTimeoutMs: 200, instance: 0 });
console.log(await slow.catch((error: unknown) => (error as Error).message));
console.log(await pool.run("print('still here')", { instance: 0 }));
