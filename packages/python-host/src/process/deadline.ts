/** Calls back after so many milliseconds, Infinity being never. Returns what calls that off. */
export function deadline(ms: number, callback: () => void): () => void {
  // A longer one would overflow and fire at once.
  const timer = ms <= 0x7fff_ffff ? setTimeout(callback, ms) : undefined;
  return () => clearTimeout(timer);
}
