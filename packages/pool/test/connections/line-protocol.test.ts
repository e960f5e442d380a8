import { afterAll, describe, expect, test } from "vitest";
import { createPool, lineProtocol, type ToolAdapter } from "../../src/index.ts";
import {
  expectNoProcessLeft,
  lineTool,
  markedEnvironment,
  python,
  rejection,
} from "../support/tools.ts";

afterAll(expectNoProcessLeft);

describe("with a prompt", () => {
  test("an answer is what comes before the prompt, without its last line end", async () => {
    await using pool = createPool({ adapter: lineTool("repl") });
    const turn = pool.run("hello");
    let told = "";
    for await (const event of turn) if (event.type === "text") told += event.text;
    expect(await turn).toBe("hello");
    expect(told).toBe("hello\n");
    expect(turn.endedBy).toBe("prompt");
    expect(await pool.run("")).toBe("");
  });

  test("a banner and a ready text come before the first turn", async () => {
    const adapter = lineTool("repl", ["--banner", "Welcome > to the repl"], {
      prompt: /^> $/m,
      ready: "repl\n",
    });
    await using pool = createPool({ adapter });
    expect(await pool.run("hello")).toBe("hello");
  });

  test("a request that is no text is refused before it is sent, and the tool stays", async () => {
    await using pool = createPool({ adapter: lineTool("repl") });
    const task = { message: "hello", files: [] } as unknown as string;
    expect(await rejection(pool.run(task))).toMatchObject({
      code: "TOOL_FAILED",
      failureClass: "refused",
      message: expect.stringMatching(
        /Expected a text, found object \{ message: 'hello'.*edits: false/,
      ),
    });
    expect(await pool.run("next")).toBe("next");
    expect(pool.status().instances[0]?.generation).toBe(1);
  });

  test("a request of several lines is refused before it is sent, or framed by encode", async () => {
    await using pool = createPool({ adapter: lineTool("repl") });
    expect(await rejection(pool.run("one\ntwo"))).toMatchObject({
      code: "TOOL_FAILED",
      failureClass: "refused",
      message: expect.stringMatching(/several lines.*Nothing was sent.*encode/),
    });
    expect(await pool.run("three")).toBe("three");
    expect(pool.status().instances[0]?.generation).toBe(1);
    const encode = (text: string): string => `{BLOCK\n${text}\nBLOCK}`;
    await using framed = createPool({ adapter: lineTool("repl", [], { encode }) });
    expect(await framed.run("one\ntwo\n/exit 3")).toBe("one\ntwo\n/exit 3");
  });

  test("setup is typed before it is waited for, so that it can make the prompt", async () => {
    const adapter: ToolAdapter = {
      ...python,
      // Its prompt goes to stderr, and only what shares a pipe with the answers comes behind them.
      command: () => ({
        file: "sh",
        args: ["-c", "exec python3 -u -q -i 2>&1"],
        env: markedEnvironment,
      }),
      connect: lineProtocol({ setup: "import sys; sys.ps1 = 'now' + '> '", prompt: "now> " }),
    };
    await using pool = createPool({ adapter });
    expect(await pool.run("print(6 * 7)")).toBe("42");
    expect(await pool.run("'>>> '")).toBe("'>>> '");
  });

  test("resetCommand makes the tool forget and keeps the process", async () => {
    const adapter = lineTool("repl", [], { resetCommand: "/reset" });
    await using pool = createPool({ adapter, afterTurn: "reset" });
    const pid = await pool.run("/pid");
    await pool.run("/remember x");
    expect(await pool.run("/recall")).toBe("");
    expect(await pool.run("/pid")).toBe(pid);
  });

  test("an exit in the turn is the turn's error", async () => {
    await using pool = createPool({ adapter: lineTool("repl") });
    expect(await rejection(pool.run("/exit 3"))).toMatchObject({
      code: "PROCESS_EXITED",
      exit: { kind: "code", code: 3 },
    });
  });
});

describe("around python3 -i", () => {
  test("values, several lines, text of any kind and errors are answers", async () => {
    await using pool = createPool({ adapter: python, size: 2 });
    const turn = pool.run("print(6 * 7)");
    expect(await turn).toBe("42");
    expect(turn.endedBy).toBe("sentinel");
    expect(await pool.run("for n in range(3):\n  print(n)\nprint('end')")).toBe("0\n1\n2\nend");
    expect(await pool.run("print('>>> ' + chr(0x1F3BB) + ' \\u20ac')")).toBe(">>> 🎻 €");
    expect(await pool.run("import sys; sys.stdout.write('no line end')")).toBe("no line end");
    const long = "x".repeat(300_000);
    expect((await pool.run(`print(len("${long}"))`)).trim()).toBe("300000");
  });

  test("what it says on stderr in a turn is in that turn's answer, each time", async () => {
    await using pool = createPool({ adapter: python });
    for (let n = 0; n < 30; n += 1) {
      expect(await pool.run(`raise ValueError("number ${n}")`)).toMatch(
        new RegExp(`^Traceback[^]*ValueError: number ${n}$`),
      );
      expect(await pool.run(`print(${n})`)).toBe(String(n));
    }
  });

  test("a turn that is interrupted keeps its process and its context", async () => {
    await using pool = createPool({ adapter: python });
    await pool.run("import time; kept = 'still here'");
    for (let n = 0; n < 5; n += 1) {
      const slow = pool.run("time.sleep(60); print('never')", { turnTimeoutMs: 30 });
      expect(await rejection(slow)).toMatchObject({ code: "TURN_TIMEOUT" });
      expect(await pool.run("print(kept)")).toBe("still here");
    }
    expect(pool.status().instances[0]?.generation).toBe(1);
  });

  test("one that loses what it was reading when it was interrupted is asked again", async () => {
    const loses = `
import os, signal, time
lost = False
def interrupt(*_):
    global lost
    lost = True
signal.signal(signal.SIGINT, interrupt)
held = b""
while True:
    held += os.read(0, 65536)
    if lost:
        held, lost = b"", False
    *lines, held = held.split(b"\\n")
    for line in lines:
        if line != b"wait":
            os.write(1, line.replace(b" ", b"") + b"\\n")
        else:
            os.write(1, b"waiting\\n")
            while not lost: time.sleep(0.01)`;
    const adapter: ToolAdapter = {
      name: "loses",
      command: () => ({ file: "python3", args: ["-c", loses], env: markedEnvironment }),
      connect: lineProtocol({
        sentinel: {
          command: (nonce) => `${nonce.slice(0, 4)} ${nonce.slice(4)}\n`,
          output: (nonce) => `${nonce}\n`,
        },
        interruptible: true,
      }),
    };
    await using pool = createPool({ adapter, interruptTimeoutMs: 60_000 });
    for (let n = 0; n < 2; n += 1) {
      const slow = pool.run("wait");
      for await (const event of slow) if (event.type === "text") break;
      slow.cancel();
      expect(await rejection(slow)).toMatchObject({ code: "TURN_CANCELLED" });
      expect(await pool.run("next")).toBe("next");
    }
    expect(pool.status().instances[0]?.generation).toBe(1);
  });

  test("one that swallows the interrupt is replaced", async () => {
    await using pool = createPool({ adapter: python, interruptTimeoutMs: 100, graceMs: 100 });
    const deaf =
      "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(60)";
    expect(await rejection(pool.run(deaf, { turnTimeoutMs: 100 }))).toMatchObject({
      code: "TURN_TIMEOUT",
    });
    expect(await pool.run("print('new')")).toBe("new");
    expect(pool.status().instances[0]?.generation).toBe(2);
  });

  test("its exit in a turn is told with its code", async () => {
    await using pool = createPool({ adapter: python });
    expect(await rejection(pool.run("import os; os._exit(9)"))).toMatchObject({
      exit: { kind: "code", code: 9 },
    });
  });
});

test("output between turns, however much, belongs to none", async () => {
  const shell: ToolAdapter = {
    name: "sh",
    command: () => ({ file: "sh", env: markedEnvironment }),
    connect: lineProtocol({
      sentinel: { command: (nonce) => `echo ${nonce}\n`, output: (nonce) => `${nonce}\n` },
    }),
  };
  await using pool = createPool({ adapter: shell });
  for (let n = 0; n < 3; n += 1) {
    expect(await pool.run("(sleep 0.02; seq 200000) &")).toBe("");
    await new Promise((resolve) => setTimeout(resolve, 30 * n));
    await pool.run("wait");
    expect(await pool.run("echo clean")).toBe("clean");
  }
});

test("a sentinel whose line end comes late leaves nothing for the next answer", async () => {
  const slow = `import sys, time
for line in sys.stdin:
    sys.stdout.write(line[:-1]); sys.stdout.flush()
    if line.startswith("zz"): time.sleep(0.01)
    sys.stdout.write("\\n"); sys.stdout.flush()`;
  const cat: ToolAdapter = {
    name: "slow-cat",
    command: () => ({ file: "python3", args: ["-c", slow], env: markedEnvironment }),
    connect: lineProtocol({
      sentinel: { command: (nonce) => `${nonce}\n`, output: (nonce) => `${nonce}\n` },
    }),
  };
  await using pool = createPool({ adapter: cat });
  for (const word of ["one", "", "three"]) expect(await pool.run(word)).toBe(word);
  expect(await pool.run("\nfour")).toBe("\nfour");
});

describe("wrong options", () => {
  const wrong = (options: object): (() => unknown) => {
    return () => lineProtocol(options as Parameters<typeof lineProtocol>[0]);
  };

  test("without an end of an answer", () => {
    expect(wrong({})).toThrow(
      expect.objectContaining({
        code: "OPTION_INVALID",
        message: expect.stringContaining("expected a prompt or a sentinel"),
      }),
    );
  });

  test("an empty prompt, an empty ready text", () => {
    expect(wrong({ prompt: "" })).toThrow("prompt: expected some text");
    expect(wrong({ prompt: "> ", ready: "" })).toThrow("ready: expected some text");
  });

  test("a name that is misspelt", () => {
    expect(wrong({ prompt: "> ", mergeStdErr: true })).toThrow(
      "lineProtocol: mergeStdErr: there is no such option (did you mean mergeStderr?).",
    );
  });

  test("a fence without a sentinel", () => {
    expect(wrong({ prompt: "> ", fenced: true })).toThrow("fenced: expected a sentinel");
  });

  test("an interrupt that nothing could prove", () => {
    expect(wrong({ prompt: "> ", interruptible: true })).toThrow(
      "interruptible: expected a sentinel",
    );
  });
});

test("what a tool says on stderr while it starts is no part of the first answer", async () => {
  const program = `
import sys
for line in sys.stdin:
    if line.startswith("mark"): print("warning" * 5000, file=sys.stderr, flush=True)
    print(line.strip().replace("mark ", ""), flush=True)
`;
  const connect = lineProtocol({
    sentinel: { command: (nonce) => `mark ${nonce}\n`, output: (nonce) => `${nonce}\n` },
    mergeStderr: true,
  });
  const adapter: ToolAdapter = {
    name: "warns",
    command: () => ({ file: "python3", args: ["-u", "-c", program], env: markedEnvironment }),
    connect,
  };
  await using pool = createPool({ adapter, size: 4 });
  const answers = await Promise.all([1, 2, 3, 4].map((n) => pool.run(`hello ${n}`)));
  expect(answers.map((answer) => answer.slice(0, 7))).toEqual(
    Array(4)
      .fill("hello 1".slice(0, 6))
      .map((word, n) => `${word}${n + 1}`),
  );
});
