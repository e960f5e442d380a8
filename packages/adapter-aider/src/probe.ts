import type { ToolProbe } from "@cluster/pool";
import { execa } from "execa";
import { z } from "zod";
import { chosenArguments } from "./command/arguments.ts";
import { aiderEnvironment } from "./command/environment.ts";
import { KEY_REMEDY, modelKeys } from "./command/model-keys.ts";
import { driverScript } from "./driver/location.ts";
import type { AiderInstallation } from "./installation/inspect.ts";
import type { CompiledOptions } from "./options.ts";

const Check = z.object({ aider: z.string(), missing: z.array(z.string()) });

/** Imports aider, which takes seconds, looks at what the driver needs of it, and for keys of models. */
export async function probeInstallation(
  installation: AiderInstallation,
  options: CompiledOptions,
): Promise<ToolProbe> {
  const { version, executable: path, python } = installation;
  const environment = aiderEnvironment(options.environment);
  const { stdout, stderr, failed } = await execa(python, [driverScript(), "--check"], {
    env: environment,
    extendEnv: false,
    reject: false,
    timeout: 60_000,
  });
  if (failed) {
    const words = (stderr ?? "").trim().split("\n").at(-1) ?? "";
    return {
      installed: false,
      reason: `${path} (aider ${version}) cannot be imported: ${words}`,
      remedy: "Install it again, or let `cluster tools install aider` do it.",
    };
  }
  const { missing } = Check.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
  const keys = await modelKeys(chosenArguments(options), { folder: options.folder, environment });
  const warnings = [
    ...(missing.length === 0 ? [] : [lacking(missing, options)]),
    ...(keys.length > 0
      ? []
      : [`No key of a model was found: unless yours needs none, ${KEY_REMEDY}.`]),
  ];
  return {
    installed: true,
    version,
    path,
    ...(keys.length > 0 && { login: keys.join(", ") }),
    ...(warnings.length > 0 && { warning: warnings.join(" ") }),
  };
}

function lacking(missing: readonly string[], { protocol }: CompiledOptions): string {
  return protocol === "driver"
    ? `The driver does not fit this aider, which lacks ${missing.join(", ")}.`
    : `Driven by its command line (the sentinel), since it lacks ${missing.join(", ")}.`;
}
