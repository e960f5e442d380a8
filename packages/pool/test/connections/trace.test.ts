import { afterAll, expect, test } from "vitest";
import {
  createPool,
  type FramingEvent,
  type LineProtocolOptions,
  lineProtocol,
} from "../../src/index.ts";
import { expectNoProcessLeft, markedEnvironment } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

/** Repeats its input, asks with a prompt, colours its answers, speaks on stderr and out of turn. */
const PROGRAM = `
import sys
out = lambda text: (sys.stdout.write(text), sys.stdout.flush())
out("Hello\\n? ")
for line in sys.stdin:
    out(line)
    if line.startswith("mark "): out(line[5:].replace("-", "") + "? ")
    else:
        sys.stderr.write("warning\\n"); sys.stderr.flush()
        out("\\x1b[31mred\\x1b[0m\\n")
        out("? ")
`;

/** What a tool says in two turns, by role: neighbours of one role together. */
async function roles(options: Partial<LineProtocolOptions>): Promise<readonly string[]> {
  const events: FramingEvent[] = [];
  const connect = lineProtocol({
    sentinel: {
      command: (nonce) => `mark ${nonce.slice(0, 4)}-${nonce.slice(4)}\n`,
      output: (nonce) => `${nonce}\n`,
    },
    echoes: true,
    noise: /^(?:\? )+/,
    plain: true,
    trace: (event) => events.push(event),
    ...options,
  });
  await using pool = createPool({
    adapter: {
      name: "talker",
      command: () => ({ file: "python3", args: ["-u", "-c", PROGRAM], env: markedEnvironment }),
      connect,
    },
  });
  for (const request of ["one", "two"]) expect(await pool.run(request)).toContain("red");
  const said = events.filter((event) => event.type === "said");
  // Every byte that came has got exactly one role.
  const heard = (channel: string) =>
    events
      .flatMap((event) =>
        event.type === "heard" && event.channel === channel ? [event.bytes] : [],
      )
      .reduce((sum, bytes) => sum + bytes.length, 0);
  for (const channel of ["stdout", "stderr"]) {
    const texts = said.flatMap((event) => (event.channel === channel ? [event.text] : []));
    const open = channel === "stdout" ? "? ".length : 0;
    expect(texts.join("").length).toBe(heard(channel) - open);
  }
  return said.map(({ role, channel, text }) => `${role} ${channel} ${text}`);
}

test("every byte has one role: echo, noise, control, answer, end", async () => {
  const all = (await roles({})).map((each) => each.replace(/zz[-\w]+/, "NONCE"));
  expect(all.slice(0, 2)).toEqual(["start stdout Hello\n? mark NONCE\n", "ready stdout NONCE"]);
  for (const role of ["echo stdout one\n", "answer stdout red\n", "end stdout NONCE"]) {
    expect(all).toContain(role);
  }
  expect(all.filter((each) => each.startsWith("control"))).toEqual([
    "control stdout \u001b[31m\u001b[0m",
    "control stdout \u001b[31m\u001b[0m",
  ]);
  expect(all.filter((each) => each.startsWith("stderr"))).toEqual([
    "stderr stderr warning\n",
    "stderr stderr warning\n",
  ]);
});

test("stderr that belongs to the answer is told as answer", async () => {
  const all = await roles({ mergeStderr: true });
  expect(all).toContain("answer stderr warning\n");
});
