import { createLogUpdate } from "log-update";
import { askLine } from "./ask-line.ts";
import { columnsOf } from "./columns.ts";
import { fitEnd } from "./fit.ts";
import { ProgressLines } from "./lines.ts";
import type { Progress, ProgressOptions } from "./progress-contract.ts";
import type { ProgressView } from "./progress-view.ts";
import { renderFrame, summaryLine } from "./render-frame.ts";
import { viewOf } from "./view-of.ts";

/** How often the seconds of the display move on, in milliseconds. */
const REDRAW_MS = 250;

/** Erases so many lines above the cursor, and its own. */
function eraseLines(count: number): string {
  return `${"\u001b[2K\u001b[1A".repeat(count)}\u001b[2K\u001b[G`;
}

/** One display that is redrawn in its place; what failed stays to be read above it. */
export function terminalProgress({ stream, requireChange, elsewhere }: ProgressOptions): Progress {
  const log = createLogUpdate(stream);
  const lines = new ProgressLines(elsewhere);
  let frame: string[] = [];
  let ended = false;
  /** A question stands where the display is otherwise. */
  let asking = false;
  const columns = (): number => stream.columns || 80;

  const view = (): ProgressView => viewOf(lines.status, Date.now(), { requireChange, elsewhere });

  const draw = (): void => {
    if (ended || asking) return;
    const size = { columns: columns(), rows: stream.rows || 24 };
    frame = renderFrame(view(), size);
    log(frame.join("\n"));
  };
  // A terminal that gets narrower breaks the lines that stand there, which log-update cannot know.
  const redrawAll = (): void => {
    if (asking) return;
    const rows = frame.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(columnsOf(line) / columns())),
      0,
    );
    stream.write(eraseLines(rows));
    log.done();
    draw();
  };
  const say = (line: string): void => {
    if (ended) stream.write(`${line}\n`);
    else if (asking) stream.write(`\n${line}`);
    else log.persist(line);
    draw();
  };
  const timer = setInterval(draw, REDRAW_MS).unref();
  stream.on("resize", redrawAll);
  draw();

  return {
    onEvent(event) {
      const line = lines.onEvent(event);
      // What went well is counted by the display.
      const fine = event.type === "task.ended" && event.outcome.reason === null;
      if (line !== null && !fine) say(fitEnd(line, columns() * 3));
    },
    say,
    async ask(question, signal) {
      asking = true;
      log.clear();
      try {
        return await askLine(stream, question, signal);
      } finally {
        asking = false;
        draw();
      }
    },
    end() {
      if (ended) return;
      // The workers are gone; the counts stay.
      log(fitEnd(summaryLine(view()), columns()));
      ended = true;
      clearInterval(timer);
      stream.off("resize", redrawAll);
      log.done();
    },
  };
}
