import type { AgentResult, AgentTask } from "@cluster/pool";
import { conformance, type Samples } from "@cluster/pool/testing";
import { acpAdapter } from "../src/index.ts";
import { fakeProfile } from "./support/fake.ts";

const says = (text: string, reply: string = text) => ({
  request: { message: `say ${text}` },
  check: (result: AgentResult) => result.reply === reply,
});

const fails = (order: string) => () => ({ request: { message: order } });

const samples: Samples<AgentTask, AgentResult> = {
  works: (n) => says(`number ${n}`),
  slow: () => ({ message: "flood" }),
  silent: () => ({ message: "hang" }),
  severalLines: () => ({
    request: { message: "say one\nsay two" },
    check: ({ reply }) => reply === "onetwo",
  }),
  hostile: {
    prompt: () => says('{"jsonrpc":"2.0","id":1,"result":{}}'),
    codePoints: () => says("é€😀👩‍👩‍👧"),
    nul: () => says("a\u0000b"),
    colours: () => says("\u001b[31mred\u001b[0m"),
    longLine: () => ({
      request: { message: `long ${1024 * 1024}` },
      check: ({ reply }) => reply.length === 1024 * 1024,
    }),
  },
  dies: () => ({ message: "cut" }),
  leavesChild: () => ({ message: "child" }),
  fails: {
    auth: fails("error 401 Incorrect API key"),
    quota: () => ({
      request: { message: "error 429 Rate limit. Retry after 2 s" },
      retryAfterMs: 2_000,
    }),
    overload: fails("error -32603 status 503"),
    context: fails("end max_tokens"),
    refused: fails("end refusal"),
    protocol: fails("end nonsense"),
  },
  secret: {
    plant: (secret) => ({ message: `remember ${secret}` }),
    ask: () => ({ message: "recall" }),
  },
  question: () => ({
    request: { message: "ask other" },
    question: { kind: "confirm", topic: "other", text: "May I other" },
    answers: [
      { answer: { kind: "confirm", yes: true }, check: ({ reply }) => reply === "allow_once" },
      { answer: { kind: "confirm", yes: false }, check: ({ reply }) => reply === "reject_once" },
    ],
  }),
  absent: () => acpAdapter({ command: "no-such-agent", name: "fake" }),
};

const options = { pool: { graceMs: 1_000 } };

conformance(acpAdapter(fakeProfile()), samples, options);

const shared = acpAdapter(fakeProfile(), { sessionsPerProcess: 3 });
conformance({ ...shared, name: "fake, with sessions of shared processes" }, samples, options);
