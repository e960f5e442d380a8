import { AiderError } from "../errors/aider-error.ts";
import type { AiderErrorCode } from "../errors/codes.ts";
import { type AiderInstallation, inspectAider } from "./inspect.ts";
import { installationFolder, installedVenv, programIn } from "./locations.ts";
import { which } from "./which.ts";

/** Why no aider can be used. */
export interface AiderMissing {
  readonly found: false;
  readonly code: Extract<
    AiderErrorCode,
    "AIDER_MISSING" | "AIDER_VERSION_UNSUPPORTED" | "AIDER_BROKEN"
  >;
  /** What was looked at and what is wrong with it. */
  readonly reason: string;
  readonly remedy: string;
}

/** Where to look. */
export interface FindAiderOptions {
  /** The variables to look at. @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Where `installAider` has put it. @default its own default */
  readonly directory?: string;
}

/**
 * Looks for an aider that this adapter can drive: in `CLUSTER_AIDER`, then on `PATH`, then where
 * {@link installAider} puts it. `CLUSTER_AIDER` is final: when that one cannot be used, no other is
 * taken in its place. On `PATH` an aider of another version is passed over. Never throws.
 */
export async function findAider(
  options: FindAiderOptions = {},
): Promise<AiderInstallation | AiderMissing> {
  const environment = options.environment ?? process.env;
  const directory = options.directory ?? installationFolder();
  const refusals: AiderMissing[] = [];
  const named = environment.CLUSTER_AIDER;
  if (named) return inspectAider(named, "CLUSTER_AIDER", environment).catch(refusal);

  for (const file of await which("aider", environment.PATH)) {
    const found = await inspectAider(file, "PATH", environment).catch(refusal);
    if (found.found) return found;
    refusals.push(found);
  }
  const venv = await installedVenv(directory);
  if (venv !== null) {
    const own = programIn(venv, "aider");
    const found = await inspectAider(own, "installed", environment).catch(refusal);
    if (found.found) return found;
    refusals.push(found);
  }
  return (
    refusals[0] ?? {
      found: false,
      code: "AIDER_MISSING",
      reason: "aider is neither in CLUSTER_AIDER, nor on PATH, nor installed by us.",
      remedy: "Install it: cluster tools install aider (in a program, installAider()).",
    }
  );
}

function refusal(error: unknown): AiderMissing {
  if (error instanceof AiderError) {
    const code = error.code === "AIDER_VERSION_UNSUPPORTED" ? error.code : missingOrBroken(error);
    return { found: false, code, reason: error.reason, remedy: error.remedy };
  }
  const reason = `aider could not be looked at: ${String(error)}`;
  return { found: false, code: "AIDER_BROKEN", reason, remedy: "Install it again." };
}

function missingOrBroken(error: AiderError): "AIDER_MISSING" | "AIDER_BROKEN" {
  return error.code === "AIDER_MISSING" ? error.code : "AIDER_BROKEN";
}
