import { GuardedExpression } from "../framing/guarded-expression.ts";
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
  return new GuardedExpression(pattern.regex, lasting(pattern));
}

/** All that a pattern matches in a text. */
export function matchesOf(pattern: PatternExpression, text: string): readonly RegExpExecArray[] {
  const expression = new GuardedExpression(pattern.regex, `${lasting(pattern)}g`);
  return expression.together(text, () => [...text.matchAll(expression)]);
}

function lasting({ flags = "" }: PatternExpression): string {
  return flags.replace(/[gy]/g, "");
}
