const ANYTHING = "…";

/**
 * Whether a program printed what its README says. `…` within a line stands for anything in that
 * line, and alone on a line for any number of lines. Space at the end of lines does not count.
 */
export function isExpectedOutput(expected: string, printed: string): boolean {
  const lines = tidy(expected).split("\n");
  const pattern = lines
    .map((line) => (line.trim() === ANYTHING ? "(?:.*\\n)*?" : `${linePattern(line)}\\n`))
    .join("");
  return new RegExp(`^${pattern}$`).test(`${tidy(printed)}\n`);
}

function linePattern(line: string): string {
  return line.split(ANYTHING).map(literally).join(".*");
}

function literally(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

function tidy(text: string): string {
  return text.replaceAll(/[ \t\r]+$/gm, "").replace(/\n+$/, "");
}
