import { createInterface, type Interface } from "node:readline";

/** Where requests come from: lines that are typed, or that another program writes. */
export interface Requests extends AsyncIterable<string> {
  /** Says that the next one may be typed. */
  prompt(): void;
  close(): void;
}

/** Requests that are known already. */
export function givenRequests(texts: readonly string[]): Requests {
  return {
    async *[Symbol.asyncIterator]() {
      yield* texts;
    },
    prompt() {},
    close() {},
  };
}

/** A request on each line; one that goes on in the next ends in a backslash. */
export function typedRequests(name: string, onInterrupt: () => void): Requests {
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  let opened: Interface | undefined;
  // Not before the tool is ready: lines that come before somebody asks for them are lost.
  const open = (): Interface => {
    opened ??= createInterface({
      input: process.stdin,
      ...(isTerminal ? { output: process.stdout, prompt: `${name}> ` } : {}),
    }).on("SIGINT", onInterrupt);
    return opened;
  };
  return {
    async *[Symbol.asyncIterator]() {
      let held: string[] = [];
      for await (const line of open()) {
        if (line.endsWith("\\")) {
          held.push(line.slice(0, -1));
          continue;
        }
        yield [...held, line].join("\n");
        held = [];
      }
      if (held.length > 0) yield held.join("\n");
    },
    prompt() {
      if (isTerminal) open().prompt();
    },
    close: () => opened?.close(),
  };
}
