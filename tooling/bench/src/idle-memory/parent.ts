// A program with many idle instances, which says what each of them costs it.
import { createPool, jsonLinesProtocol } from "@cluster/pool";
import { settingOf } from "../measure/fresh-process.ts";
import { settledMemory } from "../measure/memory.ts";

const { size, turns } = settingOf<{ readonly size: number; readonly turns: boolean }>();

// `cat` sends each request back: an answer, once it is read as one.
await using pool = createPool<string, string>({
  adapter: {
    name: "cat",
    command: () => ({ file: "cat" }),
    connect: jsonLinesProtocol({
      announcesReady: false,
      decode: (line) => {
        const { id, request } = line as { readonly id: number; readonly request: unknown };
        return { kind: "result", id, result: request };
      },
    }),
  },
});
await pool.ready();
await serve();
const before = await settledMemory();
await pool.resize(size);
await pool.ready();
if (turns) await serve();
const after = await settledMemory();
const alive = pool.health().alive;
if (alive !== size) throw new Error(`Expected ${size} living instances, found ${alive}.`);
const each = (bytes: number): number => bytes / 1024 / (size - 1);
console.log(
  JSON.stringify({ rssKiB: each(after.rss - before.rss), heapKiB: each(after.heap - before.heap) }),
);

async function serve(): Promise<void> {
  const asked = Array.from({ length: pool.size }, (_, instance) =>
    pool.run(`hello ${instance}`, { instance }),
  );
  const answers = await Promise.all(asked);
  const wrong = answers.findIndex((answer, instance) => answer !== `hello ${instance}`);
  if (wrong !== -1) throw new Error(`Instance ${wrong} answered ${answers[wrong]}.`);
}
