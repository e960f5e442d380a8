// The pool alone, around a program that speaks JSON, one message a line.
import { createPool, jsonLinesProtocol, type ToolAdapter } from "@cluster/pool";
import { fakeTool } from "@cluster/testkit";

type Request = { readonly echo: string } | { readonly pid: true };

const program: ToolAdapter<Request, unknown> = {
  name: "json-lines",
  command: () => fakeTool("json-lines"),
  connect: jsonLinesProtocol(),
};

await using pool = createPool({ adapter: program, size: 4 });
await pool.ready();

const pids = await Promise.all(
  [0, 1, 2, 3].map((instance) => pool.run({ pid: true }, { instance })),
);
console.log(`${new Set(pids).size} processes`);

const answers = await Promise.all(["one", "two", "three"].map((echo) => pool.run({ echo })));
console.log(answers.join(" "));

const { done, failed, queued, running } = pool.status();
console.log(`done ${done}, failed ${failed}, queued ${queued}, running ${running}`);
