import { postgresPrograms, startPostgres, TEST_MARKER } from "@cluster/testkit";
import { afterAll } from "vitest";
import { declaredTool, shippedTool, type ToolDefinition } from "../../src/declared/index.ts";
import type { ToolAdapter } from "../../src/index.ts";
import { type DeclaredCase, missing } from "./declared-cases.ts";
import { expectNoProcessLeft, markedEnvironment } from "./tools.ts";

/** The shipped tools, as far as their programs are here. */
export interface ShippedTools {
  /** Why a tool cannot be tried here, or null. */
  absent(tool: DeclaredCase): string | null;
  /** Its name, and why it is skipped if it is. */
  title(tool: DeclaredCase): string;
  /** Its adapter; `changes` are made to its definition. */
  adapter(name: string, changes?: Partial<ToolDefinition>): Promise<ToolAdapter>;
}

/**
 * The shipped tools for the tests of one file, with a database server for psql that ends with them. Before
 * the tests are named, since a name says what is skipped.
 */
export async function shippedTools(): Promise<ShippedTools> {
  const programs = postgresPrograms();
  const server =
    programs !== null && missing("psql") === null ? await startPostgres(programs) : null;
  afterAll(async () => {
    await expectNoProcessLeft();
    await server?.[Symbol.asyncDispose]();
  });
  const marker = markedEnvironment[TEST_MARKER] ?? "";
  const absent = ({ name, program }: DeclaredCase): string | null =>
    missing(program) ??
    (name === "psql" && server === null ? "there is no PostgreSQL server" : null);
  return {
    absent,
    title(tool) {
      const reason = absent(tool);
      return reason === null ? tool.name : `${tool.name} (skipped: ${reason})`;
    },
    async adapter(name, changes = {}) {
      const environment = {
        [TEST_MARKER]: marker,
        ...(name === "psql" ? server?.environment : {}),
      };
      return declaredTool({ ...(await shippedTool(name)), ...changes }, { environment });
    },
  };
}
