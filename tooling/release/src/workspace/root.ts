import { fileURLToPath } from "node:url";

/** The top folder of this repository. */
export const workspaceRoot: string = fileURLToPath(new URL("../../../../", import.meta.url));
