/** Rounds until caches are warm and code is compiled. */
const WARM_UP = 5;
const ENOUGH = 20;

/** Whether a figure that should be flat grows from round to round: its ends are compared. */
export function growth(
  figures: readonly number[],
  slack: { readonly factor: number; readonly plus: number },
): { readonly from: number; readonly to: number; readonly grows: boolean } | null {
  const warm = figures.slice(WARM_UP);
  if (warm.length < ENOUGH) return null;
  const quarter = Math.floor(warm.length / 4);
  const from = median(warm.slice(0, quarter));
  const to = median(warm.slice(-quarter));
  return { from, to, grows: to > from * slack.factor + slack.plus };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
