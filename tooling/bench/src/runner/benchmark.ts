/** How much a benchmark does: what its figures are made with, or just enough to see that it runs. */
export type Scale = "full" | "tiny";

/** What one way measured in one round, by quantity. */
export type Reading = Readonly<Record<string, number>>;

/** What all ways measured in one round, by the name of the way. */
export type Round = Readonly<Record<string, Reading>>;

/** One of the things that are compared. */
export interface Way {
  readonly name: string;
  /** Does the work once. Throws when it came out wrong: a figure for wrong work is none. */
  measure(): Promise<Reading>;
}

/** A column of a benchmark's table. */
export interface Quantity {
  /** What it is, with its unit. */
  readonly label: string;
  /** Behind the decimal point. */
  readonly digits: number;
}

/** A sentence that the figures have to bear out: in the median over the rounds. */
export interface Claim {
  readonly what: string;
  readonly unit: string;
  readonly digits: number;
  readonly bar: { readonly atMost: number } | { readonly atLeast: number };
  /**
   * Its value in one round: both sides of a ratio were measured within the same minute. Null where
   * what it is about was not there to be measured: the claim is left out.
   */
  of(round: Round): number | null;
}

/** What has been started for a benchmark, and is ended after it. */
export interface Setup extends AsyncDisposable {
  readonly ways: readonly Way[];
}

export interface Benchmark {
  /** As on the command line. */
  readonly name: string;
  readonly title: string;
  /** What exactly is done, for a reader of the figures. */
  readonly about: string;
  readonly quantities: Readonly<Record<string, Quantity>>;
  readonly claims: readonly Claim[];
  /** Rounds that count. @default 5 */
  readonly rounds?: number;
  /** Rounds before them that do not. @default 1 */
  readonly warmUps?: number;
  /**
   * A round is so many short turns of each way, one after the other, and its reading their median: on
   * a noisy machine, both sides then meet the same noise. @default 1
   */
  readonly slices?: number;
  /** Not part of a run of all: it takes long, or needs something that not every machine has. */
  readonly onlyByName?: boolean;
  prepare(scale: Scale): Promise<Setup>;
}
