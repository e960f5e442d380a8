import type { AgentProfile, PreparationRequest } from "../profiles/profile.ts";
import { settingsFolder, writeSettings } from "./settings-folder.ts";

/** What the user asked of an agent that decides how it is started. */
export type StartWishes = Pick<PreparationRequest, "model" | "repositorySettings">;

/** How an agent is started, beside its file and folder. */
export interface PreparedStart {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Whether a profile starts its agent with a model. Otherwise each session is told. */
export function startsWith(profile: AgentProfile, model: string | null): boolean {
  const wishes = { folder: "", environment: {}, repositorySettings: "deny" } as const;
  const starts = [null, model].map((one) =>
    JSON.stringify(profile.prepare?.({ ...wishes, model: one }) ?? {}),
  );
  return starts[0] !== starts[1];
}

/** Lets a profile prepare a start, and writes the settings files that it asks for. */
export async function prepareStart(
  name: string,
  profile: AgentProfile,
  environment: Readonly<Record<string, string>>,
  wishes: StartWishes,
  extraArguments: readonly string[],
): Promise<PreparedStart> {
  const ask = (folder: string) => profile.prepare?.({ ...wishes, folder, environment }) ?? {};
  // What is in its files decides where they are, and they may not depend on that.
  const folder = settingsFolder(name, ask("").files ?? {});
  const prepared = ask(folder);
  if (prepared.files !== undefined) await writeSettings(folder, prepared.files);
  return {
    args: [...(profile.arguments ?? []), ...(prepared.arguments ?? []), ...extraArguments],
    env: { ...environment, ...prepared.variables },
  };
}
