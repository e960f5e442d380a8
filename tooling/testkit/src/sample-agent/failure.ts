/** A failure that the sample agent reports, with a class of the agents' contract. */
export class AgentFailure extends Error {
  override readonly name: string = "AgentFailure";
  readonly failureClass: string;
  readonly retryAfterMs: number | undefined;

  constructor(failureClass: string, message: string, retryAfterMs?: number) {
    super(message);
    this.failureClass = failureClass;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The `error` of a response. */
export function describeFailure(error: unknown, cancelled: boolean): object {
  if (cancelled) return { class: "cancelled", message: "The request was cancelled" };
  if (!(error instanceof AgentFailure)) return { class: "environment", message: String(error) };
  const { failureClass, message, retryAfterMs } = error;
  return { class: failureClass, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}
