/** How much text a regular expression may look back at, so that long output stays linear. */
export const LOOK_BACK = 4096;

/** A place in the held text; below 0 it lies in what was released before. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** What ends an answer. */
export interface EndPattern {
  /** For people. */
  readonly shown: string;
  /** The line end behind it belongs to it too, whenever it comes. */
  readonly lineEndFollows: boolean;
  /** @param released What came before the held text, or the end of that. */
  find(held: string, released: string): Place | null;
  /** How many characters at the end of the held text may be its beginning. */
  undecided(held: string): number;
}

/** A text, wherever it comes; an expression, in the last 4096 characters and what is new. */
export function endPattern(pattern: string | RegExp): EndPattern {
  return typeof pattern === "string" ? textMark(pattern, "", false) : expression(pattern);
}

/**
 * A text that cannot come by chance. It is found in the middle of a line too, and where something else
 * was printed between it and its line end: what runs in the background of a tool does not ask.
 *
 * @param command What makes the tool print it. Where more than a line end stands behind the text there,
 * a tool that repeats its input is not taken for one that prints it.
 */
export function sentinelMark(output: string, command: string): EndPattern {
  const text = output.replace(/\r?\n$/, "");
  const lineEndFollows = text !== output;
  if (text === "" || !lineEndFollows) return textMark(output, "", false);
  const [, behind = ""] = command.split(text);
  return textMark(text, behind.split(/\r?\n/)[0] as string, true);
}

/** @param echo What stands behind the text where it is not meant. */
function textMark(text: string, echo: string, lineEndFollows: boolean): EndPattern {
  const isOpen = (rest: string): boolean => rest.length < echo.length && echo.startsWith(rest);
  return {
    shown: JSON.stringify(text),
    lineEndFollows,
    find(held) {
      let start = held.indexOf(text);
      while (start !== -1) {
        const end = start + text.length;
        if (echo === "") return { start, end };
        const rest = held.slice(end, end + echo.length);
        if (isOpen(rest)) return null;
        if (rest !== echo) return { start, end };
        start = held.indexOf(text, end);
      }
      return null;
    },
    undecided(held) {
      const last = echo === "" ? -1 : held.lastIndexOf(text);
      if (last !== -1 && isOpen(held.slice(last + text.length))) return held.length - last;
      for (let size = Math.min(text.length - 1, held.length); size > 0; size -= 1) {
        if (held.endsWith(text.slice(0, size))) return size;
      }
      return 0;
    },
  };
}

/**
 * The same expression, and of the same class, with other flags: `g` and `y` make one remember where it was.
 */
export function withFlags(pattern: RegExp, flags: string): RegExp {
  if (flags === pattern.flags) return pattern;
  const Class = (pattern as { readonly constructor: unknown }).constructor as RegExpConstructor;
  return new Class(pattern.source, flags);
}

function expression(pattern: RegExp): EndPattern {
  const steady = withFlags(pattern, pattern.flags.replace(/[gy]/g, ""));
  return {
    shown: String(steady),
    lineEndFollows: false,
    find(held, released) {
      const match = steady.exec(released + held);
      if (match === null || match[0] === "") return null;
      const start = match.index - released.length;
      // One that ends in released text was there before and was no match then.
      return { start, end: Math.max(0, start + match[0].length) };
    },
    // A prompt that is described by an expression is looked for in the last line.
    undecided: (held) => Math.min(LOOK_BACK, held.length - (held.lastIndexOf("\n") + 1)),
  };
}
