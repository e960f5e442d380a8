/** What the signals end. */
export interface Stoppable {
  drain(): unknown;
  stop(): unknown;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * The first ^C lets running turns end, the second stops them, the third ends this process at once.
 * A terminal that goes away stops them at once. Returns a function that takes the handlers back.
 */
export function handleSignals(
  run: Stoppable,
  say: (line: string) => void,
  turns: () => number,
  exitHard: () => void = () => process.exit(130),
): () => void {
  let presses = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    presses = signal === "SIGHUP" ? Math.max(2, presses + 1) : presses + 1;
    if (presses === 1) {
      const running = turns();
      say(
        running === 0
          ? "Ending; press ^C again to stop at once."
          : `Letting ${running} turn${running === 1 ? "" : "s"} end; press ^C again to stop at once.`,
      );
      run.drain();
    } else if (presses === 2) {
      say("Stopping; press ^C again to leave without cleaning up.");
      run.stop();
    } else {
      exitHard();
    }
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return () => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
}
