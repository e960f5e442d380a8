import type { RunReport } from "@cluster/batch";
import { plural } from "@cluster/batch/kept";
import { clusterCommand, gitCommand } from "../command/command-to-copy.ts";
import { printable } from "../progress/fit.ts";
import { shellWord } from "./shell-word.ts";

/** Where what landed is, and the commands that show it or bring it where it is wanted. Pure. */
export function deliveryLines(report: RunReport, elsewhere: string | undefined): string[] {
  const git = (line: string): string => `  ${gitCommand(`git ${line}`, elsewhere)}`;
  switch (report.delivery.kind) {
    case "merged":
      if (report.delivery.originals !== undefined) return rewritten(report, report.delivery, git);
      return [
        `${plural(report.counts.landed, "commit")} landed on ${report.delivery.branch}. Look at ${themOf(report)} with:`,
        git(`log --stat ${report.base.slice(0, 12)}..${report.delivery.branch}`),
      ];
    case "kept":
      return [
        `${plural(report.counts.landed, "commit")} stayed on ${report.delivery.branch}: ${report.delivery.reason}`,
        `Look at ${themOf(report)} with:`,
        git(`log --stat ${report.base.slice(0, 12)}..${report.delivery.branch}`),
        `Land ${themOf(report)} with:`,
        `  ${gitCommand(report.delivery.command, elsewhere)}`,
      ];
    case "patches":
      return patches(report.delivery, git);
    case "in-place":
      return inPlace(report, report.delivery, elsewhere);
    case "undone":
      return undone(report.delivery);
    case "nothing":
      // What landed in an earlier session was brought where it belongs then.
      return report.counts.landed === 0
        ? [`Nothing landed; the ${isInPlace(report) ? "folder" : "repository"} is as it was.`]
        : [`Nothing more landed; ${plural(report.counts.landed, "commit")} had landed before.`];
  }
}

/** It began on no commit. */
function isInPlace({ base }: RunReport): boolean {
  return base === "in-place";
}

function themOf({ counts }: RunReport): string {
  return counts.landed === 1 ? "it" : "them";
}

function rewritten(
  { counts }: RunReport,
  { branch, commit, originals }: Extract<RunReport["delivery"], { kind: "merged" }>,
  git: (line: string) => string,
): string[] {
  return [
    `${plural(counts.landed, "edit")} landed on ${branch}; each task's own commit is kept as ${originals}. Look at it with:`,
    git(`log --stat ${commit.slice(0, 12)}`),
  ];
}

function patches(
  { folder, files, originals }: Extract<RunReport["delivery"], { kind: "patches" }>,
  git: (line: string) => string,
): string[] {
  return [
    `${plural(files, "patch file")} written to ${printable(folder)}; the commits are kept as ${originals}.`,
    "Land them with:",
    git(`am ${shellWord(folder)}/*.patch`),
  ];
}

function undone({
  folder,
  restored,
  changed,
}: Extract<RunReport["delivery"], { kind: "undone" }>): string[] {
  return [
    `What landed was taken back: ${plural(restored, "file")} in ${printable(folder)} as before.`,
    ...(changed.length === 0
      ? []
      : [
          "Left as they are, since they were changed after the run:",
          ...changed.map((path) => `  ${printable(path)}`),
        ]),
  ];
}

function inPlace(
  report: RunReport,
  { folder, backups, unwatched }: Extract<RunReport["delivery"], { kind: "in-place" }>,
  elsewhere: string | undefined,
): string[] {
  return [
    ...(unwatched
      ? ["Note: the folder has too many files to look at all of them for changes by the way."]
      : []),
    `${plural(report.counts.landed, "edit")} made in place in ${printable(folder)}. What stood there before is kept in`,
    `  ${printable(backups)}`,
    `Take ${themOf(report)} back with:`,
    `  ${clusterCommand(`undo ${report.run}`, elsewhere)}`,
  ];
}
