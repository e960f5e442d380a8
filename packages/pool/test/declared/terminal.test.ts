import { TEST_MARKER } from "@cluster/testkit";
import { afterAll, expect, test } from "vitest";
import { declaredTool, shippedTool, type ToolDefinition } from "../../src/declared/index.ts";
import { createPool } from "../../src/index.ts";
import { noTerminals } from "../support/terminals.ts";
import { expectNoProcessLeft, markedEnvironment, rejection } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

const environment = { [TEST_MARKER]: markedEnvironment[TEST_MARKER] ?? "" };

/** As it is declared for a pipe, but on a terminal that repeats what is typed. */
function onTerminal({ errors = [], ...definition }: ToolDefinition): ToolDefinition {
  return {
    ...definition,
    transport: { terminal: { lineEditing: true, echo: true } },
    echo: true,
    errors: errors.map((error) => ({ ...error, in: "any" as const })),
  };
}

test.skipIf(noTerminals !== null)(
  "bash on a terminal that edits and repeats lines answers, fails and is interrupted",
  async () => {
    const definition = onTerminal(await shippedTool("bash"));
    await using pool = createPool({
      adapter: declaredTool(definition, { environment }),
      interruptTimeoutMs: 30_000,
    });
    expect(await pool.run("[ -t 1 ] && echo $((6 * 7))")).toBe("42");
    expect(await pool.run("for n in 1 2; do\n  echo $n\ndone")).toBe("1\n2");
    expect(await rejection(pool.run("if"))).toMatchObject({ failureClass: "refused" });
    const turn = pool.run("echo begun; sleep 600");
    const stopped = rejection(turn);
    for await (const event of turn) if (event.type === "text") break;
    turn.cancel();
    expect(await stopped).toMatchObject({ code: "TURN_CANCELLED" });
    expect(await pool.run("echo there")).toBe("there");
    expect(pool.status().instances[0]?.generation).toBe(1);
  },
);
