import { resolve } from "node:path";
import type { DeliveryChoice, DeliveryMode } from "@cluster/batch";

/** All of them, without loading what delivers: a help asks for no more. */
const MODES: Readonly<Record<DeliveryMode, true>> = {
  merge: true,
  squash: true,
  rebase: true,
  branch: true,
  patches: true,
};

/** What {@link landOf} takes, for messages. */
export const LAND_FORM = "merge, squash, rebase, branch, patches or patches=FOLDER";

/** Where what landed is wanted; `undefined` when the text does not say so. */
export function landOf(text: string): DeliveryChoice | undefined {
  if (Object.hasOwn(MODES, text)) return { as: text as DeliveryMode };
  const folder = /^patches=(.+)$/s.exec(text)?.[1];
  return folder === undefined ? undefined : { as: "patches", folder };
}

/** The same with its folder absolute. */
export function anchorLand(choice: DeliveryChoice, folder: string): DeliveryChoice {
  return choice.folder === undefined
    ? choice
    : { ...choice, folder: resolve(folder, choice.folder) };
}

/** The same as a text. */
export function landText({ as = "merge", folder }: DeliveryChoice): string {
  return folder === undefined ? as : `${as}=${folder}`;
}
