import type { ToolProbe } from "@cluster/pool";
import { execa } from "execa";
import { z } from "zod";
import { aiderEnvironment } from "./command/environment.ts";
import { driverScript } from "./driver/location.ts";
import type { AiderInstallation } from "./installation/inspect.ts";
import type { CompiledOptions } from "./options.ts";

const Check = z.object({ aider: z.string(), missing: z.array(z.string()) });

/** Imports aider, which takes seconds, and looks at what the driver needs of it. */
export async function probeInstallation(
  installation: AiderInstallation,
  options: CompiledOptions,
): Promise<ToolProbe> {
  const { version, executable: path, python } = installation;
  const { stdout, stderr, failed } = await execa(python, [driverScript(), "--check"], {
    env: aiderEnvironment(options.environment),
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
  if (missing.length === 0) return { installed: true, version, path };
  const warning =
    options.protocol === "driver"
      ? `The driver does not fit this aider, which lacks ${missing.join(", ")}.`
      : `Driven by its command line (the sentinel), since it lacks ${missing.join(", ")}.`;
  return { installed: true, version, path, warning };
}
