import { connect } from "node:net";
import type { ControlAnswer, ControlCommand } from "./control-contract.ts";
import { controlAddress } from "./control-server.ts";

/** How a run is asked. */
export interface AskRunOptions {
  /** How long to wait for its answer, in milliseconds. @default 5_000 */
  readonly timeoutMs?: number;
}

/**
 * Asks the process that is at work on a run.
 * @param folder The run's.
 * @returns Its answer; `null` when nobody answers there: it is not running, or has just ended.
 */
export async function askRun(
  folder: string,
  command: ControlCommand,
  { timeoutMs = 5_000 }: AskRunOptions = {},
): Promise<ControlAnswer | null> {
  const address = await controlAddress(folder);
  if (address === null) return null;
  return await new Promise((resolve) => {
    const connection = connect(address.socket);
    let said = "";
    const end = (answer: ControlAnswer | null): void => {
      connection.destroy();
      resolve(answer);
    };
    connection.setEncoding("utf8");
    connection.setTimeout(timeoutMs, () => end(null));
    connection.on("error", () => end(null));
    connection.on("close", () => end(null));
    connection.on("data", (text: string) => {
      said += text;
      const place = said.indexOf("\n");
      if (place < 0) return;
      try {
        end(JSON.parse(said.slice(0, place)) as ControlAnswer);
      } catch {
        end(null);
      }
    });
    connection.write(`${JSON.stringify(command)}\n`);
  });
}
