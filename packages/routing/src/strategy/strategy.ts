/** What a strategy knows of an instance. Whatever else the caller's own objects carry survives. */
export interface Candidate {
  /** The instance, counted from 0. */
  readonly index: number;
  /** Requests at work on it or waiting for just this instance. */
  readonly inFlight: number;
  /** How long its turns have taken of late, in milliseconds. */
  readonly latencyMs?: number;
  /** How old `latencyMs` is. @default 0 */
  readonly latencyAgeMs?: number;
  /** Its share of the requests, beside the weights of the others. @default 1 */
  readonly weight?: number;
}

/** What a strategy knows of the request. */
export interface RoutingRequest {
  /**
   * The number of the request in the order of arrival, counted by the caller. It takes the place of
   * a cursor: a strategy itself records nothing, so the same arguments give the same choice.
   */
  readonly sequence: number;
  /** 1 for the first try; a retry of the same request has a higher one and goes further round. */
  readonly attempt: number;
  /** Requests with one key belong together. */
  readonly key?: string | undefined;
  /** Instances to keep away from while there is another choice, such as the one that failed before. */
  readonly avoid?: readonly number[] | undefined;
  /**
   * Where the dice fell, from 0 to below 1, for those strategies that leave something to chance.
   * @default derived from `sequence` and `attempt`, so that the same arguments give the same choice
   */
  readonly chance?: number | undefined;
}

/** Chooses an instance. Pure: it records nothing, and time and chance come in as arguments. */
export interface Strategy {
  /** What status and messages call it. */
  readonly name: string;
  /**
   * Chooses one of `candidates`, which are the instances that could take the request, in the order
   * of their index. `null` means: nobody should have it now, queue it.
   */
  pick<C extends Candidate>(candidates: readonly C[], request: RoutingRequest): C | null;
}
