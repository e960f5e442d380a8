// What looks at runs that are kept, and at nothing else: no pool, adapter or source of tasks is loaded for it.
export { OUTCOMES } from "./contract/outcome.ts";
export { askRun } from "./control/ask-run.ts";
export { readEvents } from "./events/read-events.ts";
export { reportToJson } from "./report/build-report.ts";
export { describeTranscript } from "./report/describe-transcript.ts";
export { reportToJUnit } from "./report/junit.ts";
export { reportToMarkdown } from "./report/markdown.ts";
export {
  describeCost,
  describeTokens,
  formatCost,
  formatRate,
  formatTime,
  plural,
} from "./report/quantities.ts";
export { reportOfRun } from "./report/report-of-run.ts";
export { openSite } from "./run/open-site.ts";
export { LocalRunStore } from "./store/local-run-store.ts";
export { RUN_FILES } from "./store/run-folder.ts";
