/** Follows the memory of this program. `growth()` ends that and gives the most bytes above the beginning. */
export function watchMemory(): { growth(): number } {
  const before = process.memoryUsage.rss();
  let most = before;
  const look = (): void => {
    most = Math.max(most, process.memoryUsage.rss());
  };
  const timer = setInterval(look, 5);
  return {
    growth() {
      clearInterval(timer);
      look();
      return most - before;
    },
  };
}
