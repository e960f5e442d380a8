import { type ConnectionEvent, type FailureClass, ToolFailure, type Usage } from "@cluster/pool";
import { type Places, workspacePath } from "./paths.ts";
import { callReportOf, failureOf, isPrompt, retryDelayOf } from "./words.ts";

const APPLIED = "Applied edit to ";
const MALFORMED = "The LLM did not conform to the edit format.";
const STOPPED = /^Only \d+ reflections allowed, stopping\.$/;
const NOTABLE = /^(?:Skipping |Unable to |Only \d+ reflections|The LLM did not conform)/;
const EMPTY = /^Empty response received from LLM/;

/**
 * Reads one turn from what aider prints. A reply comes before the report of its tokens, a failure
 * has no report after it: that is how words of the model are told from words of aider.
 */
export class TurnReader {
  readonly #emit: (event: ConnectionEvent) => void;
  readonly #places: Places;
  readonly #edits = new Set<string>();
  #reply: string[] = [];
  /** aider has read the message: what came before is its list of the files in the chat. */
  #begun = false;
  #reported = false;
  #calls = 0;
  #inputTokens = 0;
  #outputTokens = 0;
  #cost: number | null = 0;
  #failure: { failureClass: FailureClass; message: string } | null = null;
  #malformed = false;
  #stopped = false;
  #retrySeconds = 0;

  /** @param places Where the paths that aider prints begin, and where everybody else's do. */
  constructor(emit: (event: ConnectionEvent) => void, places: Places) {
    this.#emit = emit;
    this.#places = places;
  }

  /** How long aider has waited between tries, the wait that it has just begun included. */
  get retryMs(): number {
    return this.#retrySeconds * 1000;
  }

  get claimedEdits(): readonly string[] {
    return [...this.#edits];
  }

  get reply(): string {
    return this.#reply.join("\n").trim();
  }

  get usage(): Usage {
    return {
      inputTokens: this.#inputTokens,
      outputTokens: this.#outputTokens,
      modelCalls: this.#calls,
    };
  }

  get costUsd(): number | "unknown" {
    return this.#cost ?? "unknown";
  }

  /** What the turn failed with, once it is over. */
  get failure(): ToolFailure | null {
    if (this.#malformed && this.#stopped) {
      return new ToolFailure(
        "malformed",
        "The model did not keep to the edit format, also when it was asked again.",
      );
    }
    if (this.#failure !== null) {
      return new ToolFailure(this.#failure.failureClass, this.#failure.message);
    }
    const said = this.#reply.filter((line) => line.trim() !== "");
    if (said.length === 1 && EMPTY.test(said[0] ?? "")) {
      return new ToolFailure("malformed", "The model's reply was empty.");
    }
    return null;
  }

  line(line: string): void {
    if (!this.#begun) {
      this.#begun = isPrompt(line);
      return;
    }
    const report = callReportOf(line);
    if (report !== null) {
      this.#reported = true;
      this.#calls += 1;
      this.#inputTokens += report.inputTokens;
      this.#outputTokens += report.outputTokens;
      this.#cost =
        this.#cost === null || report.costUsd === null ? null : this.#cost + report.costUsd;
      this.#failure = null;
      this.#malformed = false;
      return;
    }
    const retry = retryDelayOf(line);
    if (retry !== null) {
      this.#retry(retry);
      return;
    }
    if (STOPPED.test(line)) this.#stopped = true;
    const failureClass = failureOf(line);
    if (failureClass !== null) this.#fail(failureClass, line);
    if (this.#reported && line.startsWith(APPLIED)) {
      const path = workspacePath(line.slice(APPLIED.length), this.#places);
      this.#edits.add(path);
      this.#emit({ type: "edit", path });
    } else if (this.#reported) {
      this.#afterReport(line);
    } else {
      this.#reply.push(line);
      this.#emit({ type: "text", text: `${line}\n` });
    }
  }

  #afterReport(line: string): void {
    if (line === MALFORMED) {
      this.#malformed = true;
      // What follows is the reply to the next request.
      this.#reported = false;
      this.#reply = [];
    }
    // The rest is the list of the files in the chat, before the next prompt.
    if (NOTABLE.test(line)) this.#emit({ type: "notice", level: "warning", text: line });
  }

  #fail(failureClass: FailureClass, line: string): void {
    // litellm's line says more than aider's own, which follows it.
    if (this.#failure?.failureClass === failureClass) return;
    this.#failure = { failureClass, message: line };
  }

  #retry(seconds: number): void {
    this.#retrySeconds += seconds;
    if (this.#failure !== null) this.#emit({ type: "setback", ...this.#failure });
  }
}
