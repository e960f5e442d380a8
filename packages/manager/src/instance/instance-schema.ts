import { z } from "zod";

/** One instance as plain data, for monitors and for other languages. */
export interface Instance {
  /** Its number, counted from 0. */
  readonly index: number;
  /** The adapter's name. */
  readonly tool: string;
  /** Whether a process of it is running now. */
  readonly alive: boolean;
  /** How its process ended: its exit code, or minus the signal's number; null while one runs. */
  readonly returnCode: number | null;
  readonly pid: number | null;
  /** When its process started, in milliseconds since the epoch. */
  readonly startedAt: number | null;
  /** When its process ended; null while one runs. */
  readonly endedAt: number | null;
}

const milliseconds = z.int().nonnegative().nullable();

/** Checks an {@link Instance}. Further fields are let through and left out of the result. */
export const instanceSchema: z.ZodType<Instance> = z.object({
  index: z.int().nonnegative().describe("The number of the instance, counted from 0"),
  tool: z.string().min(1).describe("The name of the tool's adapter"),
  alive: z.boolean().describe("Whether a process of it is running now"),
  returnCode: z
    .int()
    .nullable()
    .describe("Exit code of its process, or minus the signal's number; null while one runs"),
  pid: z.int().positive().nullable(),
  startedAt: milliseconds.describe("Milliseconds since the epoch"),
  endedAt: milliseconds.describe("Milliseconds since the epoch; null while a process runs"),
});

/** The same as JSON Schema, draft 2020-12. */
export const instanceJsonSchema: Readonly<z.core.JSONSchema.BaseSchema> = Object.freeze(
  z.toJSONSchema(instanceSchema, { io: "input" }),
);
