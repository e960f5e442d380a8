import type { Evidence } from "../contract/evidence.ts";
import type { AttemptResult, AttemptTurn, ExecuteContext, Verdict } from "../contract/executor.ts";
import type { Stage } from "../contract/run-event.ts";
import type { PlaceChanges, WorkPlace } from "../contract/site.ts";
import { patchOf } from "./commit-edit.ts";
import { failureOf } from "./failure-of.ts";
import { NO_EVIDENCE } from "./no-evidence.ts";

/** How many changed files a report lists. */
const LISTED_CHANGES = 1000;

/** Where an attempt is, and what is known of it so far. */
export class Course {
  readonly #context: ExecuteContext;
  #stage: Stage = "lease";
  #evidence: Evidence = NO_EVIDENCE;
  /** Where the tool has worked: from then on an edit may have to be saved. */
  #workspace: WorkPlace | null = null;
  /** What is to be left at the end. */
  #entered: WorkPlace | null = null;

  constructor(context: ExecuteContext) {
    this.#context = context;
  }

  get signal(): AbortSignal {
    return this.#context.signal;
  }

  /** Its turn is not to begin any more. */
  get calledOff(): boolean {
    return this.signal.aborted || this.#context.draining.aborted;
  }

  get turn(): AttemptTurn {
    return this.#context.turn;
  }

  enter(stage: Stage): void {
    this.#stage = stage;
    this.#context.emit({ stage, instance: this.#evidence.instance });
  }

  entered(workspace: WorkPlace): void {
    this.#entered = workspace;
  }

  /** It has begun in a workspace, and has not left it. */
  get isInside(): boolean {
    return this.#entered !== null;
  }

  worksIn(workspace: WorkPlace): void {
    this.#workspace = workspace;
  }

  learn(evidence: Partial<Evidence>): void {
    this.#evidence = { ...this.#evidence, ...evidence };
  }

  see({ inside, outside, strays }: PlaceChanges): void {
    this.learn({
      changes: inside.slice(0, LISTED_CHANGES),
      outside: outside.slice(0, LISTED_CHANGES),
      ...(strays === undefined ? {} : { strays: strays.slice(0, LISTED_CHANGES) }),
    });
  }

  end(verdict: Verdict): AttemptResult {
    return { verdict, failure: null, evidence: this.#evidence, outsideCommit: null };
  }

  /** Ends with what was thrown. An edit that no commit holds is kept as text. */
  async fail(error: unknown): Promise<AttemptResult> {
    const workspace = this.#workspace;
    if (workspace !== null && this.#evidence.commit === null) {
      this.learn({ patch: await patchOf(workspace) });
    }
    const begun = this.#stage !== "lease" && this.#stage !== "workspace";
    if (begun ? this.signal.aborted : this.calledOff) return this.end("cancelled");
    return { ...this.end("failed"), failure: failureOf(this.#stage, error) };
  }

  /** Leaves the workspace: an edit that may land stays there, any other one is kept elsewhere. */
  async leave<Result extends AttemptResult>(result: Result): Promise<Result> {
    const workspace = this.#entered;
    this.#entered = null;
    const { commit } = result.evidence;
    try {
      const kept = await workspace?.leave?.(result.verdict === "edited" ? commit : null);
      if (kept === undefined || kept === null || commit !== null) return result;
      this.learn({ commit: kept });
      return { ...result, evidence: { ...result.evidence, commit: kept } };
    } catch (error) {
      return { ...result, verdict: "failed", failure: failureOf(this.#stage, error) };
    }
  }
}
