import type { TaskInput } from "../contract/task.ts";
import type { FileSizes } from "./file-sizes.ts";
import type { Range } from "./range.ts";

/** English prose has some 4 bytes a token, code and other languages fewer. */
const BYTES_PER_TOKEN: Range = { low: 4, high: 3 };
/** What an agent says itself with each request: its instructions, examples, a map of the repository. */
const OWN_TOKENS: Range = { low: 500, high: 8_000 };
/** Requests in one turn: an edit that cannot be applied is asked for again. */
const REQUESTS: Range = { low: 1, high: 3 };
/** What is written beside an edit, and the least that an edit is. */
const WORDS: Range = { low: 150, high: 1_000 };
/** Seconds of a turn beside the writing: the network, the queue of the provider, thinking. */
const SECONDS: Range = { low: 2, high: 20 };
/** How fast models write. */
const TOKENS_PER_SECOND: Range = { low: 100, high: 20 };

/** What one turn at a task may take. */
export interface TurnEstimate {
  readonly inputTokens: Range;
  readonly outputTokens: Range;
  readonly timeMs: Range;
}

/** What an estimate from sizes takes for granted, in sentences. */
export const SIZE_ASSUMPTIONS: readonly string[] = [
  `${BYTES_PER_TOKEN.high} to ${BYTES_PER_TOKEN.low} bytes of a file or prompt are a token`,
  `the tool adds ${OWN_TOKENS.low} to ${thousands(OWN_TOKENS.high)} tokens to each request, and makes ${REQUESTS.low} to ${REQUESTS.high} requests a task`,
  `an edit is ${WORDS.low} tokens, or up to the whole file and ${thousands(WORDS.high)} more`,
  `a turn takes ${SECONDS.low} to ${SECONDS.high} s, and writes ${TOKENS_PER_SECOND.high} to ${TOKENS_PER_SECOND.low} tokens a second`,
];

/** One turn at a task, from the sizes of its prompt and files. */
export function turnFromSizes(
  { prompt, files, readOnlyFiles = [] }: Pick<TaskInput, "prompt" | "files" | "readOnlyFiles">,
  sizes: FileSizes,
): TurnEstimate {
  const edited = sum(files, sizes);
  const read = edited + sum(readOnlyFiles, sizes) + Buffer.byteLength(prompt);
  const inputTokens = {
    low: REQUESTS.low * (read / BYTES_PER_TOKEN.low + OWN_TOKENS.low),
    high: REQUESTS.high * (read / BYTES_PER_TOKEN.high + OWN_TOKENS.high),
  };
  const outputTokens = {
    low: WORDS.low,
    high: edited / BYTES_PER_TOKEN.high + WORDS.high,
  };
  const timeMs = {
    low: (SECONDS.low + outputTokens.low / TOKENS_PER_SECOND.low) * 1000,
    high: (SECONDS.high + outputTokens.high / TOKENS_PER_SECOND.high) * 1000,
  };
  return { inputTokens, outputTokens, timeMs };
}

function sum(paths: readonly string[], sizes: FileSizes): number {
  return paths.reduce((bytes, path) => bytes + (sizes.get(path) ?? 0), 0);
}

function thousands(tokens: number): string {
  return tokens.toLocaleString("en-US");
}
