/** Why a text is no JSON, and the position where it ceases to be, which Node does not always tell. */
export function jsonFault(
  cause: unknown,
  text: string,
): { readonly message: string; readonly position: number | null } {
  const whole = cause instanceof Error ? cause.message : String(cause);
  const [, told] = /at position (\d+)/.exec(whole) ?? [];
  const atEnd = /^Unexpected end/.test(whole);
  const message = whole
    .replace(/ in JSON at position .*$/s, "")
    .replace(/, (\.\.\.)?".*is not valid JSON$/s, "")
    .replace(/^Unexpected end of JSON input$/, "its end")
    .replace(/^Unexpected/, "an unexpected");
  return { message, position: told === undefined ? (atEnd ? text.length : null) : Number(told) };
}
