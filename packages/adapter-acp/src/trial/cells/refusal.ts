import { ToolFailure } from "@cluster/pool";

/**
 * How a turn goes on in which something was refused.
 * @throws whatever else ended it
 */
export async function afterRefusal(turn: Promise<unknown>): Promise<string> {
  try {
    await turn;
    return "its model is told so";
  } catch (error) {
    if (error instanceof ToolFailure && error.failureClass === "refused") return "ends the turn";
    throw error;
  }
}
