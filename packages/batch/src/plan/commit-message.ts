const LONGEST_SUBJECT = 72;
const LONGEST_BODY = 4000;

/** The message of a task's commit: the prompt's first line and what it was for, then the rest of the prompt. */
export function commitMessage(prompt: string, files: readonly string[]): string {
  const whole = prompt.trim();
  const [first = "", ...rest] = whole.split("\n");
  const where = whereOf(files);
  const subject = shorten(first.trim(), Math.max(20, LONGEST_SUBJECT - where.length));
  const body = subject === first.trim() ? rest.join("\n").trim() : whole;
  return body === ""
    ? `${subject}${where}`
    : `${subject}${where}\n\n${shorten(body, LONGEST_BODY)}`;
}

/** By characters, so that none is cut in half. */
function shorten(text: string, atMost: number): string {
  const characters = [...text];
  return characters.length <= atMost ? text : `${characters.slice(0, atMost - 1).join("")}…`;
}

function whereOf(files: readonly string[]): string {
  if (files.length === 0) return "";
  return files.length === 1 ? ` (${files[0]})` : ` (${files[0]} and ${files.length - 1} more)`;
}
