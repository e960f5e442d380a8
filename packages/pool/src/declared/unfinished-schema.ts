import { z } from "zod";
import type { Unfinished } from "./definition.ts";
import { expected } from "./expected.ts";
import { expressionsOfUnfinished } from "./unfinished.ts";

function isReadable(unfinished: Unfinished): boolean {
  try {
    return Object.values(expressionsOfUnfinished(unfinished)).length > 0;
  } catch {
    return false;
  }
}

const expression = z.string().min(1);
const expressions = z.array(expression).min(1).optional();

/** How it is seen that a request begins what it does not end. */
export const unfinished: z.ZodType<Unfinished> = z
  .strictObject({
    whole: expressions,
    nested: z.strictObject({ begins: expression, ends: expression }).optional(),
    open: expressions,
    begins: expressions,
    ends: expressions,
    flags: z.string().optional(),
  })
  .refine(isReadable, expected("lists of regular expressions of JavaScript, and their flags"))
  .refine(
    ({ open, begins, nested }) =>
      open !== undefined || begins !== undefined || nested !== undefined,
    expected("open, or begins and ends, or nested: otherwise nothing is ever refused"),
  )
  .refine(
    ({ begins, ends }) => (begins === undefined) === (ends === undefined),
    expected("begins and ends together"),
  );
