import { ToolFailure } from "@cluster/pool";
import { record } from "../proof/usage.ts";
import type { AgentLink } from "../wire/agent-link.ts";

type Values = Readonly<Record<string, unknown>>;

/** A session as its agent described it. */
interface DescribedSession {
  readonly id: string;
  readonly answer: Values;
}

/**
 * Sets the mode of a session in whichever way the agent offers, since agents start in one that may never
 * ask. An agent without modes needs none.
 * @throws {ToolFailure} environment, when the agent has other modes.
 */
export async function chooseMode(
  link: AgentLink,
  { id, answer }: DescribedSession,
  mode: string,
  name: string,
): Promise<void> {
  const { availableModes } = record(answer.modes);
  const option = optionFor("mode", answer);
  const known = Array.isArray(availableModes)
    ? availableModes.map((one) => String(record(one).id))
    : option && valuesOf(option);
  if (known === undefined) return;
  if (!known.includes(mode)) {
    throw new ToolFailure(
      "environment",
      `${name} has no mode "${mode}", only ${known.join(", ")}. Choose one with the option mode.`,
    );
  }
  // Even where it is the present one: some agents report a mode and act by their settings.
  await (Array.isArray(availableModes)
    ? link.request("session/set_mode", { sessionId: id, modeId: mode })
    : setOption(link, id, option, mode));
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
  const option = optionFor("model", answer);
  if (option !== undefined) {
    await setOption(link, id, option, model);
  } else if (answer.models !== undefined && answer.models !== null) {
    await link.request("session/set_model", { sessionId: id, modelId: model });
  } else {
    throw new ToolFailure(
      "environment",
      `${link.name} cannot change its model to ${model} while it runs. Give it at the start: the option model.`,
    );
  }
}

/** The option of a session that is for its mode or model, where the agent has such options. */
function optionFor(what: "mode" | "model", { configOptions }: Values): Values | undefined {
  const options = Array.isArray(configOptions) ? configOptions.map(record) : [];
  return options.find(({ category }) => category === what) ?? options.find(({ id }) => id === what);
}

/** What an option may be set to; its values may be in groups. */
function valuesOf({ options }: Values): readonly string[] {
  if (!Array.isArray(options)) return [];
  return options
    .map(record)
    .flatMap((one) => (one.options === undefined ? [String(one.value)] : valuesOf(one)));
}

async function setOption(
  link: AgentLink,
  sessionId: string,
  option: Values | undefined,
  value: string,
): Promise<void> {
  await link.request("session/set_config_option", { sessionId, configId: option?.id, value });
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
