import { stripVTControlCharacters } from "node:util";
import type { TaskOutcome } from "../contract/evidence.ts";
import { OUTCOMES } from "../contract/outcome.ts";
import type { RunReport } from "../contract/report.ts";
import { describeTranscript } from "./describe-transcript.ts";
import { describeCost, describeTokens, formatRate, formatTime, plural } from "./quantities.ts";

/** Of the files of a failure's tasks. */
const NAMED = 5;
/** Longer reasons are cut: the report as JSON has them whole. */
const LONGEST = 300;

/** The report as Markdown, for a pull request or a wiki. Nothing that a tool said is taken as markup. */
export function reportToMarkdown(report: RunReport): string {
  const sections = [
    [`# Run ${report.run}: ${headline(report)}`],
    ending(report),
    [outcomes(report)],
    [figures(report)],
    byTool(report),
    failures(report),
    keptEdits(report),
    strays(report),
    slowest(report),
    warnings(report),
  ];
  return `${sections
    .filter((section) => section.length > 0)
    .map((section) => section.join("\n\n"))
    .join("\n\n")}\n`;
}

function headline({ counts, tasks, end, delivery }: RunReport): string {
  if (delivery.kind === "undone") return `undone, ${plural(delivery.restored, "file")} as before`;
  const landed = `${counts.landed} of ${plural(tasks.length, "task")} landed`;
  return end === "complete" ? landed : `${end}, ${landed}`;
}

function ending({ counts, end, haltReason, delivery }: RunReport): string[] {
  const why = haltReason === null || end === "complete" ? [] : [`It gave up: ${code(haltReason)}`];
  switch (delivery.kind) {
    case "merged":
      return [
        ...why,
        `On branch ${code(delivery.branch)} as ${code(delivery.commit.slice(0, 12))}.`,
        ...(delivery.originals === undefined
          ? []
          : [`Each task's own commit is kept as ${code(delivery.originals)}.`]),
      ];
    case "patches":
      return [
        ...why,
        `What landed is written as ${plural(delivery.files, "patch file")} in ${code(delivery.folder)}, and kept as ${code(delivery.originals)}.`,
      ];
    case "kept":
      return [
        ...why,
        `What landed stayed on ${code(delivery.branch)}: ${code(delivery.reason)}. This lands it: ${code(delivery.command)}`,
      ];
    case "in-place":
      return [
        ...why,
        `What landed is in place in ${code(delivery.folder)}; what stood there before is kept in ${code(delivery.backups)}.`,
      ];
    case "undone":
      return [
        ...why,
        `What landed was taken back: ${plural(delivery.restored, "file")} in ${code(delivery.folder)} as before.${
          delivery.changed.length === 0
            ? ""
            : ` Left as they are, since they were changed after the run: ${delivery.changed.map(code).join(", ")}.`
        }`,
      ];
    case "nothing":
      return [
        ...why,
        counts.landed === 0
          ? "Nothing landed."
          : `Nothing more landed; ${plural(counts.landed, "commit")} had landed before.`,
      ];
  }
}

function outcomes({ counts }: RunReport): string {
  const rows = OUTCOMES.filter((outcome) => counts[outcome] > 0).map((outcome) => [
    outcome,
    String(counts[outcome]),
  ]);
  return table(["outcome", "tasks"], rows);
}

function figures(report: RunReport): string {
  const took = report.endedAt - report.startedAt;
  return table(
    ["figure", ""],
    [
      ["tool", code(report.tool)],
      ["workers", String(report.workers)],
      ["begun", new Date(report.startedAt).toISOString()],
      ["time", formatTime(took)],
      ["speed", formatRate(report.tasksPerSecond)],
      ["cost", describeCost(report)],
      ["tokens", describeTokens(report)],
      ["base", code(report.base.slice(0, 12))],
    ],
  );
}

function byTool({ byTool: tools }: RunReport): string[] {
  if (tools.length < 2) return [];
  const rows = tools.map(({ tool, counts, attempts, passedOn, tookMs, spent }) => [
    code(tool),
    Object.entries(counts)
      .map(([outcome, count]) => `${count} ${outcome}`)
      .join(", ") || "none",
    String(passedOn),
    String(attempts),
    formatTime(tookMs),
    describeCost(spent),
  ]);
  const head = ["tool", "tasks", "passed on", "attempts", "time", "cost"];
  return ["## By tool", table(head, rows)];
}

function failures({ failures: clusters, tasks }: RunReport): string[] {
  if (clusters.length === 0) return [];
  const known = new Map(tasks.map((task) => [task.task, task]));
  const rows = clusters.map(({ outcome, message, count, tasks: ids }) => {
    const some = ids.slice(0, NAMED).map((id) => known.get(id));
    const named = some.map((task, i) => code(task === undefined ? (ids[i] ?? "") : nameOf(task)));
    const said = some.flatMap((task) => (task && describeTranscript(task.evidence)) ?? []);
    const more = count - named.length;
    return [
      String(count),
      outcome,
      code(message),
      named.join(", ") + (more > 0 ? ` and ${more} more` : ""),
      ...said.slice(0, 1).map(code),
    ];
  });
  const head = ["tasks", "outcome", "reason", "files"];
  const columns = Math.max(...rows.map((row) => row.length));
  if (columns > head.length) head.push("transcript of the first");
  const whole = rows.map((row) => [...row, ""].slice(0, head.length));
  return ["## What did not land, by reason", table(head, whole)];
}

function keptEdits({ tasks }: RunReport): string[] {
  const rows = tasks.flatMap((task) => {
    const { parkedRef, outsideRef, earlierRefs } = task.evidence;
    return [parkedRef, outsideRef, ...earlierRefs]
      .filter((ref) => ref !== null)
      .map((ref) => [code(nameOf(task)), code(ref)]);
  });
  if (rows.length === 0) return [];
  return ["## Edits that are kept and did not land", table(["task", "kept under"], rows)];
}

/** In place nobody can tell who changed them. */
function strays({ tasks }: RunReport): string[] {
  const all = tasks.flatMap(({ evidence }) => evidence.strays ?? []);
  const rows = [...new Map(all.map(({ path, status }) => [path, [code(path), status]])).values()];
  if (rows.length === 0) return [];
  return ["## Changed by the way, by whomever, and left as it is", table(["file", "change"], rows)];
}

function slowest({ slowest: tasks }: RunReport): string[] {
  if (tasks.length === 0) return [];
  const rows = tasks.map((task) => [
    code(nameOf(task)),
    formatTime(task.tookMs),
    String(task.attempts),
    task.outcome,
  ]);
  return ["## Slowest tasks", table(["task", "time", "attempts", "outcome"], rows)];
}

function warnings({ warnings: all }: RunReport): string[] {
  return all.length === 0 ? [] : ["## Notes", all.map((text) => `- ${code(text)}`).join("\n")];
}

function nameOf({ task, files }: Pick<TaskOutcome, "task" | "files">): string {
  return files.join(", ") || task;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** A text as code, in one line: no markup, no mention, no link in it counts, and it cannot end a cell. */
function code(text: string): string {
  const line = stripVTControlCharacters(text)
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
  const chars = [...line];
  const cut = chars.length > LONGEST ? `${chars.slice(0, LONGEST - 1).join("")}…` : line;
  if (cut === "") return "";
  const runs = [...cut.matchAll(/`+/g)].map(([run]) => run.length);
  const fence = "`".repeat(Math.max(0, ...runs) + 1);
  const space = cut.startsWith("`") || cut.endsWith("`") ? " " : "";
  // Within a table a `|` is escaped first, and readers differ on what a backslash before that one does.
  const cell = cut.replace(/\\(?=\|)/g, "\\ ").replaceAll("|", "\\|");
  return `${fence}${space}${cell}${space}${fence}`;
}
