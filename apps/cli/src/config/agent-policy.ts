import type { PermissionPolicy } from "@cluster/adapter-acp";
import { z } from "zod";

const kind = z.enum([
  "read",
  "edit",
  "delete",
  "move",
  "search",
  "execute",
  "think",
  "fetch",
  "switch_mode",
  "other",
]);

const decision = z.enum(["allow", "deny", "ask"]);

/** What an agent may do, by kind and by path; as `PermissionPolicy` of @cluster/adapter-acp. */
export const agentPolicy: z.ZodType<PermissionPolicy> = z
  .strictObject({
    rules: z
      .array(
        z.strictObject({
          kinds: z.array(kind).exactOptional(),
          paths: z.array(z.string().min(1)).exactOptional(),
          where: z.enum(["inside", "outside"]).exactOptional(),
          decision,
        }),
      )
      .exactOptional()
      .describe("The first that matches decides"),
    kinds: z.partialRecord(kind, decision).exactOptional().describe("For what no rule matches"),
    outside: decision.exactOptional().describe("For what is outside the workspace. Default: deny"),
  })
  .describe("What an agent that speaks ACP may do");
