const LONGEST = 2_000;

/** A text in one line, with nothing in it that a terminal would act on. */
export function escaped(text: string): string {
  const shown = text.length > LONGEST ? text.slice(0, LONGEST) : text;
  const rest = text.length - shown.length;
  const plain = JSON.stringify(shown)
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replace(/\\u00([0-9a-f]{2})/g, "\\x$1")
    // A blank at the end is what patterns differ in, and what nobody sees.
    .replace(/ +(?=(?:\\[rn])*$)/, (blanks) => "\\x20".repeat(blanks.length))
    .replace(/[\u007f-\u009f]/g, (one) => `\\x${one.charCodeAt(0).toString(16)}`);
  return rest === 0 ? plain : `${plain}… and ${rest} more characters`;
}

/** Bytes in hexadecimal, so that what looks alike can be told apart. */
export function hexadecimal(bytes: Buffer): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
