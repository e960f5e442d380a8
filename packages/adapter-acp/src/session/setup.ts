import { ToolFailure } from "@cluster/pool";
import { record } from "../proof/usage.ts";
import type { AgentLink } from "../wire/agent-link.ts";

/** A session as its agent described it. */
interface DescribedSession {
  readonly id: string;
  readonly answer: Readonly<Record<string, unknown>>;
}

/**
 * Sets the mode of a session, since agents start in one that may never ask. An agent without modes
 * needs none.
 * @throws {ToolFailure} environment, when the agent has other modes.
 */
export async function chooseMode(
  link: AgentLink,
  { id, answer }: DescribedSession,
  mode: string,
  name: string,
): Promise<void> {
  const modes = record(answer.modes);
  if (!Array.isArray(modes.availableModes)) return;
  const known = modes.availableModes.map((one) => String(record(one).id));
  if (!known.includes(mode)) {
    throw new ToolFailure(
      "environment",
      `${name} has no mode "${mode}", only ${known.join(", ")}. Choose one with the option mode.`,
    );
  }
  // Even where it is the present one: some agents report a mode and act by their settings.
  await link.request("session/set_mode", { sessionId: id, modeId: mode });
}

/**
 * Chooses the model of a session in whichever way the agent offers.
 * @throws {ToolFailure} environment, when it offers none.
 */
export async function chooseModel(
  link: AgentLink,
  { id, answer }: DescribedSession,
  model: string,
): Promise<void> {
  const options = Array.isArray(answer.configOptions) ? answer.configOptions.map(record) : [];
  const option = options.find(({ category, id: name }) => category === "model" || name === "model");
  if (option !== undefined) {
    const configId = option.id;
    await link.request("session/set_config_option", { sessionId: id, configId, value: model });
  } else if (answer.models !== undefined && answer.models !== null) {
    await link.request("session/set_model", { sessionId: id, modelId: model });
  } else {
    throw new ToolFailure(
      "environment",
      `${link.name} cannot change its model to ${model} while it runs. Give it at the start: the option model.`,
    );
  }
}

/** Names a session, so that its agent does not have the model do it. One that cannot be named does no harm. */
export async function nameSession(
  link: AgentLink,
  { id }: DescribedSession,
  method: string,
): Promise<void> {
  await link.request(method, { sessionId: id, title: "cluster" }).catch((error: unknown) => {
    if (!(error instanceof ToolFailure)) throw error;
  });
}
