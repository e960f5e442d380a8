import type { Workspace, WorkspaceChanges } from "@cluster/workspace";
import type { Evidence } from "../contract/evidence.ts";
import type { AttemptResult, AttemptTurn, ExecuteContext, Verdict } from "../contract/executor.ts";
import type { Stage } from "../contract/run-event.ts";
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
  #workspace: Workspace | null = null;

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

  worksIn(workspace: Workspace): void {
    this.#workspace = workspace;
  }

  learn(evidence: Partial<Evidence>): void {
    this.#evidence = { ...this.#evidence, ...evidence };
  }

  see({ inside, outside }: WorkspaceChanges): void {
    this.learn({
      changes: inside.slice(0, LISTED_CHANGES),
      outside: outside.slice(0, LISTED_CHANGES),
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
}
