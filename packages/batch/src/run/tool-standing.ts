import type { AttemptFailure } from "../contract/executor.ts";
import type { Admission } from "../schedule/admission.ts";
import type { Provider } from "../schedule/providers.ts";
import type { TaskState } from "./task-state.ts";

/** What a {@link ToolStanding} works with. */
export interface ToolStandingOptions {
  readonly admission: Pick<Admission<TaskState>, "leaveOut" | "giveUp">;
  /** A tool gets no more tasks that others can do. */
  onOut(tool: string, reason: string): void;
}

/** Which tools of several get no more tasks: they fail alike whatever they are given, or are not waited for. */
export class ToolStanding {
  readonly #options: ToolStandingOptions;
  /** How often in a row a tool failed for what is around it. */
  readonly #failedAlike = new Map<string, number>();

  constructor(options: ToolStandingOptions) {
    this.#options = options;
  }

  worked(tool: string): void {
    this.#failedAlike.delete(tool);
  }

  /** It failed a task that goes on with another one. */
  failed(tool: string, failure: AttemptFailure): void {
    if (this.#isLost(tool, failure)) this.leaveOut(tool, failure.message);
  }

  leaveOut(tool: string, reason: string): void {
    if (this.#options.admission.leaveOut(tool)) this.#options.onOut(tool, reason);
  }

  /** What only these could do is left. */
  giveUp(providers: readonly Provider[], reason: string): void {
    this.#options.admission.giveUp(providers);
    for (const { tool } of providers) this.leaveOut(tool, reason);
  }

  /** Whether it would fail the next task alike: a key is refused at once, other things by the second one. */
  #isLost(tool: string, { failureClass, stage }: AttemptFailure): boolean {
    if (failureClass === "auth" || stage === "lease") return true;
    if (failureClass !== "environment") return false;
    const times = (this.#failedAlike.get(tool) ?? 0) + 1;
    this.#failedAlike.set(tool, times);
    return times > 1;
  }
}
