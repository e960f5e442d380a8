import { inheritedEnvironment, jsonLinesProtocol, type ToolAdapter } from "@cluster/manager";
import { type FakeToolName, fakeTool, leftoverProcesses, TEST_MARKER } from "@cluster/testkit";
import { onTestFinished } from "vitest";

/** What the fake tools take. */
export interface FakeRequest {
  readonly echo?: unknown;
  readonly remember?: string;
  readonly recall?: true;
  readonly pid?: true;
  /** Milliseconds before the answer. */
  readonly sleep?: number;
  readonly fail?: { readonly class: string; readonly message: string };
  readonly events?: number;
  /** The exit code with which it dies. */
  readonly exit?: number;
}

let tools = 0;

/**
 * An adapter for one of the testkit's fake tools, a real process. When the test is over, no process
 * of it may be left.
 */
export function fakeAdapter(
  name: FakeToolName = "json-lines",
  ...args: readonly string[]
): ToolAdapter<FakeRequest, unknown> & { readonly marker: string } {
  tools += 1;
  const marker = `manager-${process.pid}-${tools}`;
  onTestFinished(() => {
    const left = leftoverProcesses(marker);
    if (left.length > 0)
      throw new Error(`Left behind: ${left.map((one) => one.command).join(", ")}`);
  });
  return {
    name,
    marker,
    command: () => ({
      ...fakeTool(name, ...args),
      env: inheritedEnvironment({ [TEST_MARKER]: marker }),
    }),
    connect: jsonLinesProtocol<FakeRequest, unknown>(
      name === "json-lines"
        ? { cancel: (id) => ({ cancel: id }), reset: (id) => ({ id, request: { reset: true } }) }
        : {},
    ),
  };
}
