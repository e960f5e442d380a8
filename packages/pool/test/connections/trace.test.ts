import { afterAll, expect, test } from "vitest";
import {
  createPool,
  type FramingEvent,
  type LineProtocolOptions,
  lineProtocol,
  type SaidRole,
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

type Said = Extract<FramingEvent, { type: "said" }>;

/** What a tool says in two turns, however it was cut into pieces: all text of each role. */
async function roles(
  options: Partial<LineProtocolOptions>,
): Promise<(role: SaidRole, channel: Said["channel"]) => string> {
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
  // Every byte that came has one role; only the last prompt has not been decided on.
  for (const channel of ["stdout", "stderr"] as const) {
    const heard = events.flatMap((event) =>
      event.type === "heard" && event.channel === channel ? [event.bytes] : [],
    );
    const told = said.flatMap((event) => (event.channel === channel ? [event.text] : []));
    const undecided = Buffer.concat(heard).length - told.join("").length;
    expect(undecided).toBeGreaterThanOrEqual(0);
    expect(undecided).toBeLessThanOrEqual(channel === "stdout" ? "? ".length : 0);
  }
  return (role, channel) =>
    said
      .filter((event) => event.role === role && event.channel === channel)
      .map(({ text }) => text)
      .join("")
      .replace(/zz\w+/g, "NONCE");
}

test("every byte has one role: echo, noise, control, answer, end", async () => {
  const said = await roles({});
  expect(said("ready", "stdout")).toMatch(/^NONCE/);
  expect(said("start", "stdout")).toMatch(/^Hello\n\? mark /);
  expect(said("echo", "stdout")).toMatch(/^one\nmark .*\ntwo\nmark .*\n$/);
  expect(said("answer", "stdout")).toBe("red\nred\n");
  expect(said("control", "stdout")).toBe("\u001b[31m\u001b[0m".repeat(2));
  expect(said("end", "stdout")).toMatch(/NONCE\n?.*NONCE/s);
  expect(said("stderr", "stderr")).toBe("warning\nwarning\n");
});

test("stderr that belongs to the answer is told as answer", async () => {
  const said = await roles({ mergeStderr: true });
  expect(said("answer", "stderr")).toBe("warning\nwarning\n");
});
