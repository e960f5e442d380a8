import { WorkspaceError } from "../errors/workspace-error.ts";
import type { RunContext } from "./run-context.ts";

/**
 * How what landed is brought to the user:
 * - `merge`: into the checked-out branch, as a commit for each task; a merge joins the two where that
 *   branch has moved on
 * - `squash`: into the checked-out branch, as one commit
 * - `rebase`: into the checked-out branch, as a commit for each task on top of it, without a merge
 * - `branch`: nowhere; it stays on the run's own branch
 * - `patches`: into a folder, as a file for each task
 */
export const DELIVERY_MODES = ["merge", "squash", "rebase", "branch", "patches"] as const;

/** One of {@link DELIVERY_MODES}. */
export type DeliveryMode = (typeof DELIVERY_MODES)[number];

/** Where what landed is wanted. */
export interface DeliveryChoice {
  /** @default "merge" */
  readonly as?: DeliveryMode;
  /** For `patches`: the folder that they are written into. It must not be there yet, or be empty. */
  readonly folder?: string;
}

/** @throws {WorkspaceError} OPTION_INVALID */
export function checkDelivery({
  as = "merge",
  folder = "",
}: DeliveryChoice): Required<DeliveryChoice> {
  if (!DELIVERY_MODES.includes(as)) {
    const expected = DELIVERY_MODES.join(", ");
    throw new WorkspaceError(
      "OPTION_INVALID",
      `Expected as to be one of ${expected}, found ${as}.`,
    );
  }
  if (as === "patches" && folder === "") {
    throw new WorkspaceError(
      "OPTION_INVALID",
      "Expected the folder that patches are to be written into, found none.",
    );
  }
  return { as, folder };
}

/**
 * What the user can type to land a branch that was kept.
 * @param checkedOut the branch that they are on; `null` for none
 */
export function deliveryCommand(
  as: DeliveryMode,
  context: Pick<RunContext, "branch" | "base" | "target">,
  checkedOut: string | null,
): string {
  const { target } = context;
  // Patches are written wherever one stands. Without a branch to go to, it is the user's choice.
  if (as === "patches" || target === null || target === checkedOut) return landing(as, context);
  // Names of branches may have in them what a shell makes something of.
  const name = /^[\w./@+-]+$/.test(target) ? target : `'${target.replaceAll("'", "'\\''")}'`;
  return `git switch ${name} && ${landing(as, context)}`;
}

function landing(as: DeliveryMode, { branch, base }: Pick<RunContext, "branch" | "base">): string {
  const commits = `${base.slice(0, 12)}..${branch}`;
  switch (as) {
    case "squash":
      return `git merge --squash ${branch} && git commit`;
    case "rebase":
      return `git cherry-pick ${commits}`;
    case "patches":
      return `git format-patch -o ${branch.replaceAll("/", "-")} ${commits}`;
    default:
      return `git merge ${branch}`;
  }
}
