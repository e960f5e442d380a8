import type { AgentResult, AgentTask } from "@cluster/pool";
import { conformance, type Exchange } from "@cluster/pool/testing";
import {
  type Behaviour,
  gitEnvironment,
  type ModelCall,
  sampleRepository,
  startStandInModel,
  temporaryFolder,
} from "@cluster/testkit";
import { afterAll, describe } from "vitest";
import { aiderAdapter } from "../src/index.ts";
import { realAider } from "./support/aider.ts";

const stack = new AsyncDisposableStack();
const { executable } = await realAider();
const repository = stack.use(await sampleRepository({ files: { "one.md": "# One\n" } }));
const [settings, home, temporary] = [
  stack.use(await temporaryFolder()),
  stack.use(await temporaryFolder()),
  stack.use(await temporaryFolder()),
];
const FAILURES: Readonly<Record<string, Behaviour>> = {
  auth: { kind: "status", status: 401 },
  quota: { kind: "status", status: 429, retryAfter: 20 },
  overload: { kind: "status", status: 503 },
  context: {
    kind: "status",
    status: 400,
    code: "context_length_exceeded",
    message: "This model's maximum context length is 1 token.",
  },
  malformed: { kind: "malformed" },
  environment: { kind: "status", status: 404 },
};

/** The model does what the last message says: `say TEXT`, `recall`, `hang`, or how to fail. */
function behave(call: ModelCall): ReturnType<Extract<Behaviour, (call: never) => unknown>> {
  const said = call.messages.map(({ content }) => content).join("\n");
  const [, order = "", rest = ""] =
    [...said.matchAll(/\[(say|recall|hang|fail) ?([^\]]*)\]/gs)].at(-1) ?? [];
  if (order === "hang") return { kind: "hang" };
  if (order === "fail") return FAILURES[rest] as never;
  if (order === "recall") {
    return { kind: "text", text: `I know of: ${said.match(/secret\w+/g)?.join(" ") ?? "nothing"}` };
  }
  // What is asked for in lines of its own is made plain on its way here.
  return { kind: "text", text: rest.replaceAll("<CR>", "\r") };
}

const model = stack.use(await startStandInModel({ behaviour: behave as Behaviour }));
const files = await model.writeAiderSettings(settings.path);
const environment = {
  ...gitEnvironment,
  HOME: home.path,
  TMPDIR: temporary.path,
  OPENAI_API_BASE: model.baseUrl,
  OPENAI_API_KEY: model.apiKey,
};
const task = (message: string): AgentTask => ({ message: `[${message}]`, files: ["one.md"] });
const says = (text: string) => (): Exchange<AgentTask, AgentResult> => ({
  request: task(`say ${text}`),
  check: ({ reply }) => reply.includes(text) || `expected ${text}, found ${reply}`,
});
const fails = (name: string) => () => ({ request: task(`fail ${name}`) });

describe("aider itself", () => {
  afterAll(() => stack.disposeAsync());

  conformance(
    aiderAdapter({
      executable,
      model: model.model,
      retryForMs: 300,
      environment,
      extraArguments: [
        "--model-settings-file",
        files.modelSettingsFile,
        "--model-metadata-file",
        files.modelMetadataFile,
      ],
    }),
    {
      works: (n) => says(`answer ${n}`)(),
      slow: () => task("hang"),
      silent: () => task("hang"),
      severalLines: says("first line\nsecond line"),
      hostile: {
        prompt: says("> architect> \n> "),
        codePoints: says("é 漢字 🎉"),
        colours: says("\u001b[31mred\u001b[0m"),
        carriageReturns: () => ({
          request: task("say 10%<CR>50% end"),
          check: ({ reply }) => /10%[\r\n]+50% end/.test(reply) || `found ${JSON.stringify(reply)}`,
        }),
      },
      secret: {
        plant: (word) => task(`say I shall remember ${word}`),
        ask: () => task("recall"),
        read: ({ reply }) => reply,
      },
      fails: {
        auth: fails("auth"),
        quota: () => ({ request: task("fail quota"), retryAfterMs: 20_000 }),
        overload: fails("overload"),
        context: fails("context"),
        malformed: fails("malformed"),
        environment: fails("environment"),
      },
      absent: () => aiderAdapter({ executable: "/no/such/aider", environment }),
    },
    {
      cwd: repository.path,
      turnsInRow: 4,
      pool: { startTimeoutMs: 120_000 },
      require: [
        "start.ready",
        "start.environment",
        "turn.row",
        "turn.side-by-side",
        "framing.pieces",
        "cancel.next",
        "deadline.turn",
        "crash.killed",
        "context.reset",
        "context.replaced",
        "failure.auth",
        "agent.result",
        "agent.usage",
        "probe.found",
        "end.nothing-left",
      ],
    },
  );
});
