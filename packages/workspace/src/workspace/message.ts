/** Trailers in the order in which they are to stand. */
export type Trailers = Readonly<Record<string, string | number>>;

const TRAILER = /^[A-Za-z0-9][A-Za-z0-9-]*[ \t]*:/;

/**
 * A commit message with trailers, as `git interpret-trailers` puts them: into the last paragraph when
 * that consists of trailers, else into one of their own. A message without text gets `fallback`.
 */
export function composeMessage(message: string, trailers: Trailers, fallback: string): string {
  const body = clean(message) || fallback;
  const lines = Object.entries(trailers).map(([key, value]) => `${key}: ${oneLine(String(value))}`);
  if (lines.length === 0) return `${body}\n`;
  const separator = endsInTrailers(body) ? "\n" : "\n\n";
  return `${body}${separator}${lines.join("\n")}\n`;
}

/** Git takes no NUL in a message; neither does it need spaces at the end of its lines. */
function clean(message: string): string {
  return message
    .replaceAll("\0", "")
    .replace(/\r\n?/g, "\n")
    .replace(/[ \t]+$/gm, "")
    .replace(/^\n+|\n+$/g, "");
}

function oneLine(value: string): string {
  return value.replace(/\s+/g, " ").trim();
}

function endsInTrailers(body: string): boolean {
  const paragraphs = body.split(/\n{2,}/);
  if (paragraphs.length < 2) return false;
  const lines = paragraphs.at(-1)?.split("\n") ?? [];
  return (
    TRAILER.test(lines[0] ?? "") && lines.every((line) => TRAILER.test(line) || /^\s/.test(line))
  );
}
