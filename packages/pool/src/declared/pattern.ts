import type { Pattern, PatternExpression } from "./definition.ts";

/** A pattern as the scanner takes it: text is found as it stands. */
export function textOrExpression(pattern: Pattern): string | RegExp {
  return typeof pattern === "string" ? pattern : expressionOf(pattern);
}

/** A pattern as an expression that remembers nothing. */
export function expressionOf(pattern: Pattern | PatternExpression): RegExp {
  if (typeof pattern === "string") {
    return new RegExp(pattern.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"));
  }
  return new RegExp(pattern.regex, (pattern.flags ?? "").replace(/[gy]/g, ""));
}
