/** The turn of one item. */
export interface TurnTicket {
  /** Begins it when that is possible at once. */
  tryBegin(): boolean;
  /**
   * Resolves when it has begun. A turn that `tryBegin` has let in waits again when the gate holds its lane
   * back meanwhile. Rejects when `signal` is aborted before, and with a {@link BatchError}
   * TURN_RECALLED when the item is to be started anew.
   */
  begin(signal: AbortSignal): Promise<void>;
  /**
   * It waits for what others have, and needs nothing else until then: another item may be at work in its place.
   * Returns what ends that.
   */
  rest(): () => void;
  /** It is over, and another item may begin its own. Doing so again does nothing. */
  end(): void;
}
