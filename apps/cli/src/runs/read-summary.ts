import type { RunReader, RunSummary } from "@cluster/batch";

/** One run as it would be listed, out of a journal that can be read. */
export function summaryOf(reader: RunReader): RunSummary {
  const { record, folder, owner, size } = reader;
  const last = reader.marks().findLast(({ type }) => type !== "run.delivering");
  const end = last?.type === "run.ended" ? last : null;
  return {
    run: record.run,
    folder,
    record,
    owner,
    size,
    tally: reader.tally(),
    end,
    problem: null,
  };
}
