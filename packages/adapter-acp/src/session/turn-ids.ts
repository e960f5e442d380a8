type Values = Readonly<Record<string, unknown>>;

/** What was told of in a turn, by the ids that the protocol has for it. */
interface Ids {
  /** The last message. */
  message: string | null;
  /** Tool calls, and whether each was over: done, or failed. */
  readonly calls: Map<string, boolean>;
}

/** Whatever an agent tells, it fits into memory. */
const MAX_CALLS = 10_000;

/**
 * Knows in a session what belongs to the turn before. An update names its session and no turn, so one that
 * comes late would be taken for the present turn's; but a message and a tool call have ids, and whatever
 * goes on with one of the turn before is about that turn. What has no id cannot be told apart.
 */
export class TurnIds {
  #before: Ids = none();
  #now: Ids = none();
  /** What goes on with the last message of the turn before, until another message shows that there is one. */
  #held: Values[] = [];

  /** Another turn begins. */
  next(): void {
    this.#before = this.#now;
    this.#now = none();
    this.#held = [];
  }

  /**
   * The words that were held back in a turn in which no other message came: then they were its own, and
   * the agent uses one id for all of its messages.
   */
  takeHeld(): readonly Values[] {
    const held = this.#held;
    this.#held = [];
    return held;
  }

  /** Whether an update is about the turn before. Every update has to be shown, between turns too. */
  isLate(update: Values): boolean {
    const { sessionUpdate, messageId, toolCallId, status } = update;
    switch (sessionUpdate) {
      case "agent_message_chunk":
      case "agent_thought_chunk":
        if (typeof messageId !== "string" || !this.#goesOn(messageId)) return false;
        this.#held.push(update);
        return true;
      case "tool_call":
        this.#know(this.#now, toolCallId, status);
        return false;
      case "tool_call_update": {
        const late = this.#isOfBefore(toolCallId);
        this.#know(late ? this.#before : this.#now, toolCallId, status);
        return late;
      }
      default:
        return false;
    }
  }

  /**
   * Whether a question is about a call that the turn before has left open. Of one that was over, an agent
   * that uses its ids twice may ask again.
   */
  isLateQuestion({ toolCallId }: Values): boolean {
    return this.#isOfBefore(toolCallId) && this.#before.calls.get(String(toolCallId)) === false;
  }

  /** Only what the present turn begins with can go on with the end of the one before. */
  #goesOn(message: string): boolean {
    if (this.#now.message === null && message === this.#before.message) return true;
    this.#now.message = message;
    this.#held = [];
    return false;
  }

  #isOfBefore(call: unknown): boolean {
    const id = String(call);
    return this.#before.calls.has(id) && !this.#now.calls.has(id);
  }

  #know({ calls }: Ids, call: unknown, status: unknown): void {
    const id = String(call);
    calls.set(id, status === "completed" || status === "failed" || calls.get(id) === true);
    if (calls.size > MAX_CALLS) calls.delete(calls.keys().next().value as string);
  }
}

function none(): Ids {
  return { message: null, calls: new Map() };
}
