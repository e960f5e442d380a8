/** What lies in a run's folder beside its journal. */
export const RUN_FILES = {
  /** One event a line, as JSON: the newest. */
  events: "events.jsonl",
  /** Those before them, where they were more than one file may have. Older ones are gone. */
  eventsBefore: "events.1.jsonl",
  /** The report of the last process that ended it. */
  report: "report.json",
  /** A folder: what was said to and by each instance. */
  transcripts: "transcripts",
  /** Names the socket of the process that is at work on it. */
  control: "control.json",
} as const;
