import type { HostileOutput, Samples } from "./samples.ts";

/** What a tool of text can be asked for. Every part is a request as a person would type it. */
export interface TextTool {
  /** Makes the tool answer with exactly this text, which has ASCII letters, digits and blanks only. */
  readonly print: (text: string) => string;
  /**
   * Makes it answer with exactly these bytes, among which are line ends, NUL and escapes: written as the
   * tool takes them, `printf '\\303\\251'` in a shell. Absent where it cannot.
   */
  readonly printBytes?: (bytes: Buffer) => string;
  /** Makes it answer with this text so many times, without a line end. */
  readonly repeat?: (text: string, times: number) => string;
  /** What it prints when it takes input, or what else stands at the end of its answers. */
  readonly prompt?: string;
  /** Keeps it at work for a minute at least. */
  readonly slow?: string;
  /** Keeps it silent for a minute at least. @default `slow` */
  readonly silent?: string;
  /** Makes it end at once, with exit code 0 if it can. */
  readonly dies?: string;
  /** Makes it print two words on two lines by a request of two lines. */
  readonly printBoth?: (first: string, second: string) => string;
  /** Makes it remember a word. */
  readonly remember?: (word: string) => string;
  /** Makes it print the word that it remembers; whatever it says when there is none is well. */
  readonly recall?: string;
  /** What an answer shows of the bytes that were printed. @default the bytes as UTF-8 */
  readonly shows?: (bytes: Buffer) => string;
}

/** 1 MiB of these. */
const LONG = { text: "long line 123456", times: 65_536 };

/**
 * The usual samples of a tool that takes text and gives text, out of a few requests. More of them, and
 * better ones, stand beside it:
 *
 *     conformance(adapter, { ...textSamples({ print: (text) => `echo ${text}` }), fails: { … } });
 */
export function textSamples(tool: TextTool): Samples<string, string> {
  const {
    print,
    printBytes,
    repeat,
    printBoth,
    slow,
    silent = slow,
    dies,
    remember,
    recall,
  } = tool;
  return {
    works: (n) => {
      const text = `answer number ${n}`;
      return { request: print(text), check: expecting(text) };
    },
    ...(slow === undefined ? {} : { slow: () => slow }),
    ...(silent === undefined ? {} : { silent: () => silent }),
    ...(dies === undefined ? {} : { dies: () => dies }),
    ...(printBoth === undefined
      ? {}
      : {
          severalLines: () => ({
            request: printBoth("first", "second"),
            check: expecting("first\nsecond"),
          }),
        }),
    hostile: {
      ...(printBytes === undefined ? {} : hostileTexts(tool, printBytes)),
      ...(repeat === undefined
        ? {}
        : {
            longLine: () => ({
              request: repeat(LONG.text, LONG.times),
              check: expecting(LONG.text.repeat(LONG.times)),
            }),
          }),
    },
    ...(remember === undefined || recall === undefined
      ? {}
      : { secret: { plant: remember, ask: () => recall } }),
  };
}

function hostileTexts(
  { prompt, shows = (bytes) => bytes.toString("utf8") }: TextTool,
  printBytes: (bytes: Buffer) => string,
): NonNullable<Samples<string, string>["hostile"]> {
  const bytes: Partial<Record<HostileOutput, Buffer>> = {
    ...(prompt === undefined ? {} : { prompt: Buffer.from(`one ${prompt}two\n${prompt}three`) }),
    codePoints: Buffer.from("é 漢字 🎉 👩‍👩‍👧 e\u0301"),
    invalidUtf8: Buffer.from([0x61, 0xff, 0xfe, 0x62, 0xc3, 0x28, 0xe2, 0x82, 0x7a]),
    nul: Buffer.from("a\0b\0\0c"),
    colours: Buffer.from("\u001b[31mred\u001b[0m and \u001b[1mbold\u001b[22m"),
    carriageReturns: Buffer.from("10%\r50%\r100%\r\nend"),
  };
  return Object.fromEntries(
    Object.entries(bytes).map(([name, text]) => [
      name,
      () => ({ request: printBytes(text), check: expecting(shows(text)) }),
    ]),
  );
}

function expecting(expected: string): (found: string) => true | string {
  return (found) =>
    found === expected || `expected ${cut(expected)}, found ${typeof found} ${cut(found)}`;
}

function cut(text: unknown): string {
  const written = JSON.stringify(text) ?? "nothing";
  if (written.length <= 160) return written;
  return `${written.slice(0, 80)}…${written.slice(-40)} (${written.length} characters)`;
}
