/** The characters of the display that are not ASCII. */
export interface Symbols {
  /** In the place of what was cut. */
  readonly ellipsis: string;
  /** Between the parts of a line. */
  readonly dot: string;
}

/** What a terminal can show: one whose locale says that it is not UTF-8, and the console of Linux, get ASCII. */
export function symbolsFor(environment: Readonly<Record<string, string | undefined>>): Symbols {
  const { LC_ALL, LC_CTYPE, LANG, TERM } = environment;
  const locale = LC_ALL || LC_CTYPE || LANG || "UTF-8";
  const isUnicode = TERM !== "linux" && /utf-?8/i.test(locale);
  return isUnicode ? { ellipsis: "…", dot: "·" } : { ellipsis: "...", dot: "-" };
}

/** Those of this process. */
export const SYMBOLS: Symbols = symbolsFor(process.env);
