/** From what is least to what is most to be expected. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

export const NOTHING: Range = { low: 0, high: 0 };

export function addRanges(a: Range, b: Range): Range {
  return { low: a.low + b.low, high: a.high + b.high };
}

export function middleOf({ low, high }: Range): number {
  return (low + high) / 2;
}
