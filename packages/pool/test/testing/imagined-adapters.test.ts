import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import {
  type AgentResult,
  childProcessHost,
  inheritedEnvironment,
  type ToolAdapter,
  type ToolConnection,
  type ToolProcess,
  type TurnContext,
} from "../../src/index.ts";
import { judgeAdapter, type Samples, type Verdict } from "../../src/testing/core.ts";
import { expectNoProcessLeft, markedEnvironment } from "../support/tools.ts";
import { PlainConnection, type PlainRequest } from "./support/plain-connection.ts";

afterAll(expectNoProcessLeft);

const program: string = fileURLToPath(new URL("support/plain-tool.mjs", import.meta.url));

/** As it was when this file was loaded, which is before anything is tried. */
const snapshot = { ...process.env } as Record<string, string>;

type Plain = ToolAdapter<PlainRequest, string>;

function plain(
  connect: (process: ToolProcess) => ToolConnection<PlainRequest, string> = (process) =>
    new PlainConnection(process),
  env: () => Record<string, string> = () => markedEnvironment,
): Plain {
  return {
    name: "plain",
    capabilities: { conversation: true },
    command: () => ({ file: process.execPath, args: [program], env: env() }),
    connect,
  };
}

const samples: Samples<PlainRequest, string> = {
  works: (n) => ({
    request: { say: `answer number ${n}` },
    check: (text) => text === `answer number ${n}`,
  }),
  slow: () => ({ slow: true }),
  secret: { plant: (remember) => ({ remember }), ask: () => ({ recall: true }) },
};

async function verdictOf<Request, Result>(
  id: string,
  adapter: ToolAdapter<Request, Result>,
  given: Samples<Request, Result>,
): Promise<Verdict | undefined> {
  const options = { only: [id], pool: { graceMs: 500 }, turnTimeoutMs: 20_000 };
  const [judgement] = await judgeAdapter(adapter, given, options);
  return judgement?.verdict;
}

const brokenBy = (reason: RegExp): object => ({
  kind: "broken",
  reason: expect.stringMatching(reason),
});

/** Takes 200 ms of silence for the end of an answer. */
class HastyConnection implements ToolConnection<PlainRequest, string> {
  readonly #process: ToolProcess;
  readonly #claims: "protocol" | "quiet";

  constructor(process: ToolProcess, claims: "protocol" | "quiet") {
    this.#process = process;
    this.#claims = claims;
  }

  async ready(): Promise<void> {}

  run(request: PlainRequest, context: TurnContext): Promise<string> {
    context.endedBy(this.#claims);
    return new Promise((resolve) => {
      let heard = "";
      let silence: NodeJS.Timeout | undefined;
      const listen = (chunk: Buffer): void => {
        heard += chunk.toString("utf8");
        clearTimeout(silence);
        silence = setTimeout(() => {
          this.#process.stdout.off("data", listen);
          resolve(/"text":"(.*)"\}/.exec(heard)?.[1] ?? heard);
        }, 200);
      };
      this.#process.stdout.on("data", listen);
      this.#process.stdin.write(`${JSON.stringify({ ...request, id: 1 })}\n`);
    });
  }
}

describe.concurrent("an adapter that breaks a promise in a way of its own is found out", () => {
  test("it takes silence for the end of an answer", async () => {
    const hasty = plain((process) => new HastyConnection(process, "protocol"));
    expect(await verdictOf("turn.row", hasty, samples)).toEqual({ kind: "kept" });
    expect(await verdictOf("framing.pieces", hasty, samples)).toEqual({ kind: "kept" });
    expect(await verdictOf("framing.pauses", hasty, samples)).toEqual(
      brokenBy(/the tool pauses for 1000 ms is not right: .*\{/),
    );
  });

  test("it takes silence for the end of an answer and says so: that is not offered", async () => {
    const honest = plain((process) => new HastyConnection(process, "quiet"));
    expect(await verdictOf("framing.pauses", honest, samples)).toMatchObject({
      kind: "not-offered",
    });
  });

  test("it hands on its caller's environment as it was at first, without what looks like a secret", async () => {
    const env = (): Record<string, string> => ({
      ...Object.fromEntries(
        Object.entries(snapshot).filter(([name]) => !/KEY|TOKEN|SECRET|PASSWORD/.test(name)),
      ),
      ...markedEnvironment,
    });
    expect(await verdictOf("start.environment", plain(undefined, env), samples)).toEqual(
      brokenBy(/given others of its caller's environment/),
    );
  });

  test("its own host gives the process all there is, whatever it is told", async () => {
    const own = childProcessHost();
    const careless: Plain = {
      ...plain(),
      host: {
        start: (spec, signal) =>
          own.start({ ...spec, env: { ...process.env, ...spec.env } as never }, signal),
        dispose: () => own.dispose(),
      },
    };
    const found = await verdictOf("start.environment", careless, samples);
    if (process.platform === "linux") expect(found).toEqual(brokenBy(/CONFORMANCE_TOKEN/));
  });

  test("its goodbye is a SIGKILL that goes past the pool", async () => {
    class Rude extends PlainConnection {
      async close(): Promise<void> {
        process.kill(this.process.pid as number, "SIGKILL");
      }
    }
    const rude = plain((process) => new Rude(process));
    expect(await verdictOf("end.goodbye", rude, samples)).toEqual(brokenBy(/SIGKILL ended it/));
  });

  test("its interrupt() resolves at once, and the tool goes on with what nobody reads", async () => {
    class Deaf extends PlainConnection {
      async interrupt(): Promise<void> {}
    }
    const deaf = plain((process) => new Deaf(process));
    expect(await verdictOf("cancel.next", deaf, samples)).toEqual(
      brokenBy(/goes on saying something/),
    );
  });

  test("its reset() forgets the first time only", async () => {
    class Once extends PlainConnection {
      async reset(): Promise<void> {
        await this.run({ reset: true, forgetsOnce: true });
      }
    }
    const once = plain((process) => new Once(process));
    expect(await verdictOf("context.reset", once, samples)).toEqual(
      brokenBy(/after the second "reset"/),
    );
  });

  test("it gives the dollars of the whole session for those of a turn", async () => {
    const { name, command } = plain();
    const agent: ToolAdapter<PlainRequest, AgentResult> = {
      name,
      command,
      connect(process) {
        const connection = new PlainConnection(process);
        let costUsd = 0;
        return {
          ready: () => connection.ready(),
          reset: async () => {},
          async run(request) {
            costUsd += 0.01;
            return {
              reply: await connection.run(request),
              claimedEdits: [],
              usage: { inputTokens: 10, outputTokens: 10 },
              costUsd,
              questions: [],
              endedBy: "protocol",
            };
          },
        };
      },
    };
    const given: Samples<PlainRequest, AgentResult> = {
      works: (n) => ({ request: { say: `${n}` }, check: ({ reply }) => reply === `${n}` }),
    };
    expect(await verdictOf("agent.usage", agent, given)).toEqual(
      brokenBy(/found 0\.01 dollars for the first and 0\.03 for the third/),
    );
  });
});

test("an adapter that does all of it as it should keeps those promises", async () => {
  class Good extends PlainConnection {
    async close(): Promise<void> {
      this.process.endInput();
    }
    async reset(): Promise<void> {
      await this.run({ reset: true });
    }
  }
  const good = plain(
    (process) => new Good(process),
    () => inheritedEnvironment(markedEnvironment),
  );
  for (const id of [
    "framing.pauses",
    "start.environment",
    "end.goodbye",
    "cancel.next",
    "context.reset",
  ]) {
    expect({ id, verdict: await verdictOf(id, good, samples) }).toEqual({
      id,
      verdict: { kind: "kept" },
    });
  }
});
