import { posix } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { TaskOutcome } from "../contract/evidence.ts";
import type { RunReport } from "../contract/report.ts";
import { describeTranscript } from "./describe-transcript.ts";
import { type Grade, gradesOf } from "./grade.ts";
import { describeCost, describeTokens } from "./quantities.ts";
import { xmlElement } from "./xml.ts";

const ELEMENTS = { failed: "failure", broken: "error", skipped: "skipped" } as const;

/** One test case, and how it counts. */
interface Case {
  readonly grade: Grade;
  readonly xml: string;
}

/**
 * The report as JUnit XML, which CI systems show: a test case for each task. An edit that was refused is a
 * failure, a tool or machine that failed is an error, and what was not tried is skipped. A run that did
 * not come to its end has an error of its own, so that nobody takes it for a success.
 */
export function reportToJUnit(report: RunReport): string {
  const gradeOf = gradesOf(report);
  const cases = report.tasks.map((task) => taskCase(task, gradeOf(task.outcome)));
  if (report.end !== "complete") cases.push(endCase(report));
  const count = (grade: Grade): number => cases.filter((one) => one.grade === grade).length;
  const seconds = inSeconds(report.endedAt - report.startedAt);
  const counts = {
    tests: cases.length,
    failures: count("failed"),
    errors: count("broken"),
    skipped: count("skipped"),
    time: seconds,
  };
  const suite = xmlElement("testsuite", {
    attributes: {
      name: `cluster run ${report.run}`,
      ...counts,
      timestamp: new Date(report.startedAt).toISOString().replace(/\.\d+Z$/, "Z"),
    },
    children: [properties(report), ...cases.map(({ xml }) => xml)],
  });
  const suites = xmlElement("testsuites", {
    attributes: { name: "cluster", ...counts },
    children: [suite],
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${suites}\n`;
}

function inSeconds(ms: number): string {
  return (Math.max(0, ms) / 1000).toFixed(3);
}

function properties(report: RunReport): string {
  const { delivery } = report;
  const values = {
    run: report.run,
    tool: report.tool,
    workers: report.workers,
    base: report.base,
    end: report.end,
    cost: describeCost(report),
    tokens: describeTokens(report),
    delivery: delivery.kind,
    branch: "branch" in delivery ? delivery.branch : null,
  };
  const children = Object.entries(values)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => xmlElement("property", { attributes: { name, value } }));
  return xmlElement("properties", { children });
}

function taskCase(task: TaskOutcome, grade: Grade): Case {
  const [file] = task.files;
  const folder = file === undefined ? "." : posix.dirname(file);
  const attributes = {
    // CI systems group by this, and cut it at its dots.
    classname: folder === "." ? "tasks" : folder.replaceAll("/", "."),
    name: plain(task.files.join(", ") || task.task),
    file: file === undefined ? null : plain(file),
    time: inSeconds(task.tookMs),
  };
  if (grade === "passed") return { grade, xml: xmlElement("testcase", { attributes }) };
  const message = plain(task.reason?.message ?? task.outcome);
  const verdict = xmlElement(ELEMENTS[grade], {
    attributes: { type: task.outcome, message: message.split("\n", 1)[0] ?? "" },
    text: [message, ...evidenceOf(task)].join("\n"),
  });
  return { grade, xml: xmlElement("testcase", { attributes, children: [verdict] }) };
}

function evidenceOf({ task, attempts, evidence }: TaskOutcome): string[] {
  const { parkedRef, outsideRef, earlierRefs } = evidence;
  const refs = [parkedRef, outsideRef, ...earlierRefs].filter((ref) => ref !== null);
  const said = describeTranscript(evidence);
  return [
    `task ${task}, attempts ${attempts}`,
    ...(evidence.endedBy === null ? [] : [`turn ended by ${evidence.endedBy}`]),
    ...refs.map((ref) => `kept under ${ref}`),
    ...(said === null ? [] : [`transcript ${said}`]),
  ];
}

function endCase(report: RunReport): Case {
  const message = plain(report.haltReason ?? `the run was ${report.end}`);
  const verdict = xmlElement("error", {
    attributes: { type: report.end, message: message.split("\n", 1)[0] ?? "" },
    text: message,
  });
  const attributes = { classname: "cluster", name: `run ${report.run}`, time: "0.000" };
  return { grade: "broken", xml: xmlElement("testcase", { attributes, children: [verdict] }) };
}

/** Without what would colour a terminal. */
function plain(text: string): string {
  return stripVTControlCharacters(text);
}
