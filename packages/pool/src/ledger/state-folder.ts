import { homedir } from "node:os";
import { join } from "node:path";

/** Where the ledgers of this user are: in the folder for what programs remember from run to run. */
export function ledgerFolder(): string {
  return join(stateFolder(), "cluster", "processes");
}

function stateFolder(): string {
  const { XDG_STATE_HOME } = process.env;
  if (XDG_STATE_HOME?.startsWith("/")) return XDG_STATE_HOME;
  if (process.platform === "darwin") return join(homedir(), "Library", "Application Support");
  return join(homedir(), ".local", "state");
}
