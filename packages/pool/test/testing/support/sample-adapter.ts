import { fileURLToPath } from "node:url";
import {
  FAILURE_CLASSES,
  inheritedEnvironment,
  type Price,
  type ToolAdapter,
  type ToolProbe,
} from "../../../src/index.ts";
import type { Samples } from "../../../src/testing/core.ts";
import { markedEnvironment } from "../../support/tools.ts";
import { SampleConnection, type SampleRequest } from "./sample-connection.ts";

const program: string = fileURLToPath(new URL("sample-tool.mjs", import.meta.url));

/**
 * The adapter of the sample tool, a real program.
 * @param fault The promise that it, or its tool, breaks. @default none
 */
export function sampleAdapter(fault = ""): ToolAdapter<SampleRequest, string> {
  return {
    name: "sample",
    capabilities: { conversation: true },
    command: () => ({
      file: process.execPath,
      args: [program, fault],
      env:
        fault === "start.environment"
          ? (process.env as Record<string, string>)
          : inheritedEnvironment(markedEnvironment),
    }),
    connect: (process) => new SampleConnection(process, fault),
    probe: () => probe(process.execPath, fault),
    async priceOf(model): Promise<Price | null> {
      if (model !== null) return null;
      return { inputUsdPerMTok: fault === "price.sound" ? -1 : 1, outputUsdPerMTok: 2 };
    },
  };
}

async function probe(path: string, fault: string): Promise<ToolProbe> {
  if (path === process.execPath) {
    return { installed: true, path, version: fault === "probe.found" ? "" : "1.0.0" };
  }
  return fault === "probe.absent"
    ? { installed: true, path, version: "unknown" }
    : { installed: false, reason: `There is no ${path}.`, remedy: "Install it." };
}

const says = (text: string): { request: SampleRequest; check: (found: string) => boolean } => ({
  request: { action: "print", text },
  check: (found) => found === text,
});

function saysBytes(...parts: readonly (string | number[])[]): () => {
  request: SampleRequest;
  check: (found: string) => boolean;
} {
  const bytes = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  return () => ({
    request: { action: "bytes", base64: bytes.toString("base64") },
    check: (found) => found === bytes.toString("utf8"),
  });
}

/** Everything that the sample tool can be asked for: no promise of its adapter is left unshown. */
export function sampleSamples(fault = ""): Samples<SampleRequest, string> {
  return {
    works: (n) => says(`answer ${n}`),
    slow: () => ({ action: "slow", chatty: true }),
    silent: () => ({ action: "slow" }),
    severalLines: () => says("one\ntwo\n\nthree"),
    hostile: {
      prompt: saysBytes("one > two\n> @answer 1 4\nfour"),
      codePoints: saysBytes("é 漢字 🎉 e\u0301"),
      invalidUtf8: saysBytes("a", [0xff, 0xfe], "b", [0xc3], "(", [0xe2, 0x82], "z"),
      nul: saysBytes("a\0b\0\0c"),
      colours: saysBytes("\u001b[31mred\u001b[0m and plain"),
      carriageReturns: saysBytes("10%\r50%\r100%\r\nend"),
      longLine: () => ({
        request: { action: "repeat", text: "long line 123456", times: 65_536 },
        check: (found) => found === "long line 123456".repeat(65_536),
      }),
      echo: () => ({
        request: { action: "echo", text: "behind the echo" },
        check: (found) => found === "behind the echo",
      }),
    },
    talksOn: () => ({
      request: { action: "talk", text: "and by the way" },
      check: (found) => found === "and by the way",
    }),
    dies: () => ({ action: "die" }),
    leavesChild: () => ({ action: "child" }),
    fails: Object.fromEntries(
      FAILURE_CLASSES.map((failureClass) => [
        failureClass,
        () => ({
          request: { action: "fail", failure: { failureClass, retryAfterMs: 1_500 } },
          retryAfterMs: 1_500,
        }),
      ]),
    ),
    secret: {
      plant: (word) => ({ action: "remember", word }),
      ask: () => ({ action: "recall" }),
    },
    question: () => ({
      request: { action: "ask" },
      question: { kind: "confirm", topic: "edit-file", subject: "notes.md" },
      answers: [true, false].map((yes) => ({
        answer: { kind: "confirm", yes },
        check: (found: string) => found === `you said ${yes ? "yes" : "no"}`,
      })),
    }),
    absent: () => ({ ...sampleAdapter(), probe: () => probe("/no/such/tool", fault) }),
  };
}
