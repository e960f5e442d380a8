import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunReport } from "../contract/report.ts";
import type { RunEvent } from "../contract/run-event.ts";
import { reportToJson } from "../report/build-report.ts";
import { RUN_FILES } from "../store/run-folder.ts";
import { EventLog } from "./event-log.ts";

/** What is told of a run, and whom to tell what could not be kept of that. */
export interface RecordSource {
  subscribe(listener: (event: RunEvent) => void): () => void;
  warn(text: string): void;
}

/**
 * Keeps a run's events and its report in its folder. Neither is what the run is resumed from: what cannot
 * be written is a warning.
 * @returns Ends it, when everything is written.
 */
export function keepRecords(source: RecordSource, folder: string): () => Promise<void> {
  const log = new EventLog(folder, (message) => source.warn(message));
  let report: RunReport | null = null;
  const unsubscribe = source.subscribe((event) => {
    if (event.type === "run.ended") report = event.report;
    log.append(event);
  });
  return async () => {
    unsubscribe();
    await log.close();
    if (report === null) return;
    const path = join(folder, RUN_FILES.report);
    try {
      await writeFile(`${path}.new`, reportToJson(report), { mode: 0o600 });
      await rename(`${path}.new`, path);
    } catch (error) {
      source.warn(`${path} cannot be written: ${(error as Error).message}`);
    }
  };
}
