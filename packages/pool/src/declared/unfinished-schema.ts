import { z } from "zod";
import type { Unfinished } from "./definition.ts";
import { expected } from "./expected.ts";
import { expressionOfUnfinished } from "./unfinished.ts";

function isReadable(unfinished: Unfinished): boolean {
  try {
    return expressionOfUnfinished(unfinished).source !== "";
  } catch {
    return false;
  }
}

const expressions = z.array(z.string().min(1)).min(1).optional();

/** How it is seen that a request begins what it does not end. */
export const unfinished: z.ZodType<Unfinished> = z
  .strictObject({
    whole: expressions,
    open: expressions,
    begins: expressions,
    ends: expressions,
    flags: z.string().optional(),
  })
  .refine(isReadable, expected("lists of regular expressions of JavaScript, and their flags"))
  .refine(
    ({ open, begins }) => open !== undefined || begins !== undefined,
    expected("open, or begins and ends: otherwise nothing is ever refused"),
  )
  .refine(
    ({ begins, ends }) => (begins === undefined) === (ends === undefined),
    expected("begins and ends together"),
  );
