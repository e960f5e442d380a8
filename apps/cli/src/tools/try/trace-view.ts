import { styleText } from "node:util";
import type { FramingEvent, SaidRole } from "@cluster/pool";
import { printable } from "../../progress/fit.ts";
import { escaped, hexadecimal } from "./escaped.ts";
import { ROLES } from "./roles.ts";

const KEPT_BYTES = 256;
const SHOWN_BYTES = 32;
const LABEL_WIDTH = 14;

type Channel = "stdout" | "stderr";

/** Where the lines go, and how. */
export interface ViewOptions {
  readonly write: (line: string) => void;
  readonly json: boolean;
  readonly colours: boolean;
}

/** What is known of a pattern that has not come. */
export interface Stuck {
  readonly type: "stuck";
  readonly waitedFor: string;
  readonly pattern: string;
  readonly toldLast: string;
  /** What came since the last match: its end. */
  readonly stdout: string;
  readonly stderr: string;
  readonly hints: readonly string[];
}

/** Shows the role of all that a tool is told and says, as its connection decides it. */
export class TraceView {
  readonly #options: ViewOptions;
  #awaiting: Extract<FramingEvent, { type: "awaiting" }> | null = null;
  #toldLast = "";
  #heard: Record<Channel, Buffer> = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };

  constructor(options: ViewOptions) {
    this.#options = options;
  }

  legend(): void {
    if (this.#options.json) return;
    const lines = Object.entries(ROLES).map(
      ([role, [, meaning]]) => `${this.#label(role as SaidRole, role)}  ${meaning}`,
    );
    for (const line of lines) this.#options.write(line);
    this.#options.write("");
  }

  take(event: FramingEvent): void {
    if (event.type === "heard") {
      const all = Buffer.concat([this.#heard[event.channel], event.bytes]);
      this.#heard[event.channel] = Buffer.from(all.subarray(-KEPT_BYTES));
      return;
    }
    if (event.type === "awaiting") this.#awaiting = event;
    if (event.type === "found") this.#forget();
    if (event.type === "told") this.#toldLast = event.text;
    if (this.#options.json) this.note(event);
    else if (event.type === "told") this.#piece("told", `told ${event.part}`, event.text);
    else if (event.type === "said") {
      const apart = event.channel === "stderr" && event.role !== "stderr" ? " (err)" : "";
      this.#piece(event.role, `${event.role}${apart}`, event.text);
    }
  }

  /** A document in a line, with `--json`. */
  note(document: object): void {
    if (this.#options.json) this.#options.write(JSON.stringify(document));
  }

  /** A text of the tool with a label of its own. */
  say(role: SaidRole | "result", label: string, text: string): void {
    if (!this.#options.json) this.#piece(role, label, text);
  }

  /** A sentence of ours, in which what the tool said is quoted already. */
  tell(role: SaidRole | "result", label: string, sentence: string): void {
    if (this.#options.json) return;
    for (const line of sentence.split("\n")) {
      this.#options.write(`${this.#label(role, label)}│ ${printable(line)}`);
    }
  }

  /** What it waits for in vain, or null when it waits for nothing. */
  stuck(): Stuck | null {
    const awaiting = this.#awaiting;
    if (awaiting === null) return null;
    const { stdout, stderr } = this.#heard;
    return {
      type: "stuck",
      waitedFor: awaiting.what,
      pattern: awaiting.pattern,
      toldLast: this.#toldLast,
      stdout: stdout.toString("utf8"),
      stderr: stderr.toString("utf8"),
      hints: hintsFor(awaiting.pattern, stdout.toString("utf8"), stderr.toString("utf8")),
    };
  }

  /** Says why a turn, or the start, did not end. */
  showStuck(stuck: Stuck): void {
    if (this.#options.json) {
      this.note(stuck);
      return;
    }
    const { write } = this.#options;
    const bytes = hexadecimal(this.#heard.stdout.subarray(-SHOWN_BYTES));
    write("");
    write(`It waited for this in vain (${stuck.waitedFor}): ${stuck.pattern}`);
    write(`  told last:     ${escaped(stuck.toldLast) || "nothing"}`);
    write(`  stdout since:  ${escaped(stuck.stdout) || "nothing"}`);
    write(`  its last bytes: ${bytes || "none"}`);
    write(`  stderr since:  ${escaped(stuck.stderr) || "nothing"}`);
    for (const hint of stuck.hints) write(`  ${hint}`);
  }

  #forget(): void {
    this.#awaiting = null;
    this.#heard = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  }

  #piece(role: SaidRole | "told" | "result", label: string, text: string): void {
    for (const line of text.split(/(?<=\n)/)) {
      this.#options.write(`${this.#label(role, label)}│ ${escaped(line)}`);
    }
  }

  #label(role: SaidRole | "told" | "result", label: string): string {
    const padded = label.padEnd(LABEL_WIDTH);
    const [style] = ROLES[role];
    return this.#options.colours ? styleText(style, padded, { validateStream: false }) : padded;
  }
}

function hintsFor(pattern: string, stdout: string, stderr: string): readonly string[] {
  if (stdout === "" && stderr === "") {
    return [
      "It has printed nothing. One that is silent on a pipe may want a terminal (transport: terminal), or an option that makes it interactive or unbuffered.",
    ];
  }
  const text = pattern.startsWith('"') ? (JSON.parse(pattern) as string).trim() : "";
  if (text !== "" && stdout.includes(text)) {
    return ["The text is there, but not the spaces or line ends around it: compare the bytes."];
  }
  if (text !== "" && stderr.includes(text)) {
    return [
      "It is there on stderr: is stderr part of the answer (stderr: answer), and are spaces and line ends the same?",
    ];
  }
  return stdout === "" ? ["It has spoken on stderr only, where nothing ends a turn."] : [];
}
