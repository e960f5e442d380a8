/** The place at or just before `at` where a text can be cut without tearing a code point apart. */
export function placeToCut(text: string, at: number): number {
  const code = text.charCodeAt(at - 1);
  return at < text.length && code >= 0xd800 && code <= 0xdbff ? at - 1 : at;
}

/** Cuts a text into pieces of at most `length` UTF-16 units; an empty text is one empty piece. */
export function cutText(text: string, length: number): string[] {
  const pieces: string[] = [];
  let start = 0;
  while (text.length - start > length) {
    const end = placeToCut(text, start + length);
    pieces.push(text.slice(start, end));
    start = end;
  }
  pieces.push(text.slice(start));
  return pieces;
}
