import { formatCost, formatRate, formatTime } from "@cluster/batch";
import { columnsOf } from "./columns.ts";
import { fitEnd, fitStart, padTo, printable } from "./fit.ts";
import type { ProgressView, WorkerView } from "./progress-view.ts";
import { SYMBOLS } from "./symbols.ts";

/** How much room a frame has. */
export interface FrameSize {
  readonly columns: number;
  readonly rows: number;
}

/** More lines than these are not read by anybody. */
const MOST_WORKER_LINES = 24;
const DOING_COLUMNS = 10;
const TIME_COLUMNS = 8;
const TOOL_COLUMNS = 12;

/** How wide the numbers and the names of tools are. */
interface Widths {
  readonly number: number;
  readonly tool: number;
}

function workerLine(worker: WorkerView, widths: Widths, columns: number): string {
  const number = String(worker.number).padStart(widths.number);
  const doing = padTo(fitEnd(printable(worker.doing), DOING_COLUMNS), DOING_COLUMNS);
  const time = worker.sinceMs === null ? "" : formatTime(worker.sinceMs);
  const tool = widths.tool === 0 ? "" : `${padTo(toolOf(worker), widths.tool)}  `;
  const head = `${number}  ${doing} ${time.padStart(TIME_COLUMNS)}  ${tool}`;
  const file = worker.file === null ? "" : printable(worker.file);
  return fitEnd(`${head}${fitStart(file, columns - head.length)}`.trimEnd(), columns);
}

function toolOf({ tool }: WorkerView): string {
  return fitEnd(printable(tool ?? ""), TOOL_COLUMNS);
}

/** Those at work first, then the others; each group in the order of its numbers. */
function byInterest(workers: readonly WorkerView[]): readonly WorkerView[] {
  return [...workers].sort(
    (a, b) => Number(b.file !== null) - Number(a.file !== null) || a.number - b.number,
  );
}

function workerLines(view: ProgressView, size: FrameSize): string[] {
  // One line for the summary, one that log-update leaves below, one for what stands above.
  const room = Math.max(0, Math.min(MOST_WORKER_LINES, size.rows - 3));
  const { workers } = view;
  const widths = {
    number: String(Math.max(0, ...workers.map(({ number }) => number))).length,
    tool: Math.max(0, ...workers.map((worker) => columnsOf(toolOf(worker)))),
  };
  const line = (worker: WorkerView): string => workerLine(worker, widths, size.columns);
  if (workers.length <= room) return workers.map(line);
  if (room === 0) return [];
  const shown = byInterest(workers).slice(0, room - 1);
  const hidden = workers.length - shown.length;
  return [
    ...shown.sort((a, b) => a.number - b.number).map(line),
    fitEnd(`${SYMBOLS.ellipsis} and ${hidden} more`, size.columns),
  ];
}

/** The counts of a run in one line, the most important first. */
export function summaryLine(view: ProgressView): string {
  const counts = [`${view.landed} landed`];
  if (view.noChange > 0) counts.push(`${view.noChange} no change`);
  counts.push(`${view.failed} failed`);
  const parts = [`${view.ended}/${view.total}`, counts.join(", ")];
  if (view.perSecond !== null) parts.push(formatRate(view.perSecond));
  if (view.leftMs !== null) parts.push(`${formatTime(view.leftMs)} left`);
  if (view.costUsd !== null) {
    parts.push(`${view.costIncomplete ? "at least " : ""}${formatCost(view.costUsd)}`);
  }
  if (view.note !== null) parts.unshift(printable(view.note));
  return parts.join(` ${SYMBOLS.dot} `);
}

/** The display as lines without colours, each no wider than `columns`. Pure. */
export function renderFrame(view: ProgressView, size: FrameSize): string[] {
  return [...workerLines(view, size), fitEnd(summaryLine(view), size.columns)];
}
