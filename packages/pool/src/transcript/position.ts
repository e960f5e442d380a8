/** A place in a transcript: what is written next stands there. */
export interface TranscriptPosition {
  /** The file, absolute. */
  readonly path: string;
  /** Bytes from its beginning. */
  readonly offset: number;
}
